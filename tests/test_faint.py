"""Files that use a part of their bits: named, and stretched where params say so."""

from pathlib import Path

import pytest

from gan.run.errors import DataError
from tests import field
from tests.field import folder, of_dcgan
from tests.preparing import of


@pytest.mark.parametrize("bits", [10, 12])
def test_pixels_far_below_their_range_are_named_and_stretched(workspace: Path, bits: int) -> None:
    path = folder(field.png16(range(20), 2**bits - 1))
    with pytest.raises(DataError, match=rf"test: no pixel is above \d+ of 255. .* prepare_data.images.bits: {bits};"):
        of_dcgan(path, channels=1)
    of_dcgan(path, channels=1, bits=bits, image_size=32)
    assert of(workspace, "train").max() > 200
    of_dcgan(path, channels=1, bits=16)
    assert of(workspace, "train").max() < 32
    with pytest.raises(DataError, match=r"which no 9-bit image has"):
        of_dcgan(path, channels=1, bits=9)
