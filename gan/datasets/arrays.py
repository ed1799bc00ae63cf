"""Collections of images that lie in an array in memory."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from PIL import Image

from gan.core.images import Uint8
from gan.datasets import versions
from gan.datasets.collection import Collection

BORDER = 2  # pixels around MNIST's 28: the usual way to 32, which needs no filter


def from_arrays(images: Uint8, classes: Sequence[str], border: int = 0) -> Collection:
    """(N, H, W) or (N, H, W, 3), and the class of each, called <class>/<position in the array>.

    Args:
        border: black pixels to put around each image.
    """
    digits = len(str(len(images)))
    names = [f"{name.replace('/', '-')}/{index:0{digits}d}" for index, name in enumerate(classes)]
    return Collection(names, partial(_open, images, border), version=versions.of_array(images))


def _open(images: Uint8, border: int, index: int) -> Image.Image:
    edges = [(border, border)] * 2 + [(0, 0)] * (images.ndim - 3)
    return Image.fromarray(np.pad(images[index], edges))
