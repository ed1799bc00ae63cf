"""Files that use only a part of their bits: refused, or stretched if params say so."""

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


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "L"])
def test_bits_stretch_colours_and_leave_their_opacity(workspace: Path, mode: str) -> None:
    for index in range(20):
        image = field.photo(index).convert(mode)
        dark = image.point(
            [value // 16 for value in range(256)] * (3 if "RGB" in mode else 1) + [*range(256)] * ("A" in mode)
        )
        dark.save(folder({"note.txt": b""}) / f"{index}.png")
    of_dcgan(Path("in"), bits=4, image_size=32)
    assert of(workspace, "train").max() > 200


def test_bits_that_a_file_does_not_have_are_refused(workspace: Path) -> None:
    with pytest.raises(DataError, match=r"8 bits a value .* reads the upper 8\), and `bits` is 12"):
        of_dcgan(folder(field.jpgs("", 20)), bits=12)
    assert of_dcgan(Path("in"), bits=16) == {"train": 12, "test": 8}
