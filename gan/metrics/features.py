"""Images to features: what every extractor looks like, and the loop that runs one."""

from typing import Protocol

import numpy as np
import torch
from cleanfid.resize import make_resizer
from numpy.typing import NDArray

from gan.core.images import Images, to_rgb
from gan.core.progress import Progress

Features = NDArray[np.float64]


class Extractor(Protocol):
    """A network that sees, as `evaluate.extractors` names it."""

    name: str
    size: int  # pixels, squared, of its input

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Float (N, 3, size, size) in [0, 255] on the CPU to features (N, D) on the CPU."""


def extract(images: Images, extractor: Extractor, batch_size: int, title: str = "") -> Features:
    """uint8 (N, H, W, 1 or 3) to features (N, D), resized as clean-fid does (PIL, bicubic, not rounded).

    Args:
        title: what to show progress as; none where empty.
    """
    resize = make_resizer("PIL", False, "bicubic", (extractor.size, extractor.size))
    parts = []
    with Progress(title, len(images), "images", quiet=not title) as progress:
        for first in range(0, len(images), batch_size):
            batch = to_rgb(images[first : first + batch_size])
            resized = np.stack([resize(image) for image in batch])  # (N, size, size, 3)
            parts.append(extractor(torch.from_numpy(resized).permute(0, 3, 1, 2)).numpy())
            progress.advance(len(batch))
    return np.concatenate(parts).astype(np.float64)
