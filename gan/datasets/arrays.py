"""Collections of images that lie in an array in memory."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from PIL import Image

from gan.core.images import Uint8
from gan.datasets import versions
from gan.datasets.collection import Collection

BORDER = 2  # pixels that take MNIST's 28 to 32 without a filter, as is usual


def from_arrays(images: Uint8, classes: Sequence[str], border: int = 0) -> Collection:
    """A collection of the images of an array, called <class>/<position in the array>.

    Args:
        images: (N, H, W) or (N, H, W, 3).
        classes: the class of each image.
        border: width in pixels of the black border that is put around each image.
    """
    digits = len(str(len(images)))
    names = [f"{name.replace('/', '-')}/{index:0{digits}d}" for index, name in enumerate(classes)]
    return Collection(names, partial(_open, images, border), version=versions.of_arrays([images]))


def _open(images: Uint8, border: int, index: int) -> Image.Image:
    edges = [(border, border)] * 2 + [(0, 0)] * (images.ndim - 3)
    return Image.fromarray(np.pad(images[index], edges))
