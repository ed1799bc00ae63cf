"""In which order an epoch takes its images: from a full shuffle to reading a set almost as it lies on disk."""

import numpy as np
from numpy.typing import NDArray

from gan.params.training import Shuffle

Indices = NDArray[np.int64]
FULL = Shuffle(block=1, mixed=2)


def epoch_order(count: int, shuffle: Shuffle, rng: np.random.Generator) -> Indices:
    """A permutation of `count` images, int64 (count,).

    With blocks of several images, `shuffle.mixed` blocks from random places are read and their images mixed, then the
    next ones. Blocks begin elsewhere in each epoch, so that the same images do not always come together.
    """
    if shuffle.block == 1:
        return rng.permutation(count)
    starts = rng.permutation(np.arange(-rng.integers(shuffle.block), count, shuffle.block))
    groups = np.array_split(starts, range(shuffle.mixed, len(starts), shuffle.mixed))
    return np.concatenate([rng.permutation(_images(group, shuffle.block, count)) for group in groups])


def _images(starts: Indices, block: int, count: int) -> Indices:
    """The images of the blocks that begin there; the first and the last block of a set may be shorter."""
    images = (starts[:, None] + np.arange(block)).ravel()
    return images[(images >= 0) & (images < count)]
