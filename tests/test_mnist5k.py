"""The embedded digits are MNIST."""

import numpy as np

from gan.datasets import mnist5k


def test_five_thousand_digits_of_ten_kinds() -> None:
    found = list(mnist5k.items())
    labels, counts = np.unique([item.name.split("/")[0] for item in found], return_counts=True)
    assert dict(zip(labels, counts, strict=True)) == {str(digit): 500 for digit in range(10)}
    image = found[0].open()
    assert (image.size, image.mode) == ((32, 32), "L")
    pixels = np.asarray(image)
    assert pixels[:6].max() == 0  # white on black, with MNIST's border of 4 and ours of 2
    assert pixels.max() > 200
