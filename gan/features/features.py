"""Images to features: the protocol of every extractor, and the loop that runs one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from gan.core.images import Images, Uint8
from gan.run.progress import Progress
from gan.run.sharing import shared

Features = NDArray[np.floating]
RESIZING = "PIL bicubic antialiased float"  # clean-fid's `mode="clean"`


class Extractor(Protocol):
    """What turns images into features, mostly a network. `name` is its name in `evaluate.extractors`."""

    name: str
    precision: str  # in which it computes: "fp32" or "bf16"
    size: int  # height and width of its input, in pixels
    width: int  # D, the length of a feature vector
    sha256: str  # of the file with its weights, or with its code if it has none

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
        for part in shared(partial(_features, extractor, batch_size), batch_size, images):
            features[progress.done : progress.done + len(part)] = part
            progress.advance(len(part))
    return features


def _features(extractor: Extractor, batch_size: int, images: Images) -> Iterator[Features]:
    for batch in resized(images, extractor.size, batch_size):
        yield extractor(batch).numpy()


def resized(images: Images, size: int, batch_size: int) -> Iterator[torch.Tensor]:
    """uint8 (N, H, W, 1 or 3) to batches of float (n, 3, size, size) in [0, 255], as clean-fid's `mode="clean"`.

    A thread resizes the next batch while the network computes.
    """
    firsts = range(0, len(images), batch_size)
    with ThreadPoolExecutor(1) as pool:
        coming = [pool.submit(_resized, images[first : first + batch_size], size) for first in firsts[:1]]
        for first in firsts:
            batch = coming.pop().result()
            if (after := first + batch_size) < len(images):
                coming.append(pool.submit(_resized, images[after : after + batch_size], size))
            yield batch


def _resized(images: Uint8, size: int) -> torch.Tensor:
    """uint8 (n, H, W, C) to float (n, 3, size, size), each channel by Pillow; the one of a grey image only once."""
    planes = np.empty((len(images), images.shape[-1], size, size), np.float32)
    for image, resized in zip(images, planes, strict=True):
        for channel, plane in enumerate(resized):
            whole = Image.fromarray(image[..., channel].astype(np.float32), "F")
            plane[:] = np.asarray(whole.resize((size, size), Image.Resampling.BICUBIC)).clip(0, 255)
    return torch.from_numpy(planes).expand(-1, 3, -1, -1).contiguous()
