"""Images to features: the protocol of every extractor, and the loop that runs one."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import torch
from cleanfid.resize import make_resizer
from numpy.typing import NDArray

from gan.core.images import Images, to_rgb
from gan.run.progress import Progress

Features = NDArray[np.floating]
RESIZING = "PIL bicubic antialiased float"  # clean-fid's `mode="clean"`


class Extractor(Protocol):
    """A network that turns images into features. `name` is its name in `evaluate.extractors`."""

    name: str
    precision: str  # in which it computes: "fp32" or "bf16"
    size: int  # height and width of its input, in pixels
    width: int  # D, the length of a feature vector
    sha256: str  # of the file with its weights

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Float (N, 3, size, size) in [0, 255] on the CPU to features (N, D) on the CPU."""

    def probabilities(self, images: Images, batch_size: int) -> Features | None:
        """uint8 (N, H, W, 1 or 3) to class probabilities (N, classes); None if the network does not give them."""


def extract(images: Images, extractor: Extractor, batch_size: int, title: str = "") -> Features:
    """uint8 (N, H, W, 1 or 3) to features (N, D), float32, resized as clean-fid does (PIL, bicubic, not rounded).

    Args:
        title: the name of the progress bar; if empty, no progress is shown.
    """
    features = np.empty((len(images), extractor.width), np.float32)
    with Progress(title, len(images), "images", quiet=not title) as progress:
        for batch in resized(images, extractor.size, batch_size):
            features[progress.done : progress.done + len(batch)] = extractor(batch).numpy()
            progress.advance(len(batch))
    return features


def resized(images: Images, size: int, batch_size: int) -> Iterator[torch.Tensor]:
    """uint8 (N, H, W, 1 or 3) to batches of float (n, 3, size, size) in [0, 255]."""
    resize = make_resizer("PIL", False, "bicubic", (size, size))
    for first in range(0, len(images), batch_size):
        batch = to_rgb(images[first : first + batch_size])
        yield torch.from_numpy(np.stack([resize(image) for image in batch])).permute(0, 3, 1, 2)
