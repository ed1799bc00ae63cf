"""Images of classes that a small network learns in seconds: squares, crosses and frames at random places."""

import numpy as np
from numpy.typing import NDArray

from gan.core.images import Uint8

NAMES = ["cross", "frame", "square"]


def shapes(count: int, size: int = 32, channels: int = 1, seed: int = 0) -> tuple[Uint8, NDArray[np.int64]]:
    """Images (count, size, size, channels) with noise, and their labels: positions in NAMES."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, len(NAMES), count)
    images = rng.integers(0, 60, (count, size, size, channels), np.uint8)
    side = size // 2
    masks = np.zeros((3, side, side), bool)
    masks[0, side // 3 : -side // 3], masks[0, :, side // 3 : -side // 3] = True, True
    masks[1] = True
    masks[1, side // 4 : -side // 4, side // 4 : -side // 4] = False
    masks[2] = True
    for image, label, (top, left) in zip(images, labels, rng.integers(0, size - side, (count, 2)), strict=True):
        image[top : top + side, left : left + side][masks[label]] += 150
    return images, labels
