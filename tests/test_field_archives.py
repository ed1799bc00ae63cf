"""Archives, run through the stage: read to their end, or refused in one sentence."""

import gzip
from pathlib import Path

import pytest

from gan.run.errors import DataError
from gan.run.paths import PACKED
from tests import field
from tests.field import COMPRESSED, SPLITS, flipped, jpg, jpgs, of, of_cyclegan, of_dcgan, tarred, written, zipped
from tests.preparing import card

PAPER = of(*(f"h2z/{name}" for name in SPLITS))
WHOLE = tarred(PAPER)
GZ = gzip.compress(WHOLE)
DAMAGED = {
    "tar cut short": field.cut(WHOLE, 0.8),
    "tar with a broken header": WHOLE.replace(b"h2z/testA/003", b"h2z/testX/003"),
    "two tars": WHOLE + WHOLE,
    "checksum of gz": GZ[:-8] + b"\1\2\3\4" + GZ[-4:],
    **{f"{name} flipped early": flipped(pack(WHOLE), 0.3) for name, pack in COMPRESSED.items()},
    **{f"{name} flipped late": flipped(pack(WHOLE), 0.78) for name, pack in COMPRESSED.items()},
    **{f"{name} cut short": field.cut(pack(WHOLE), 0.8) for name, pack in COMPRESSED.items()},
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(100),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_archive_is_refused_and_not_read_in_part(workspace: Path, damage: str) -> None:
    with pytest.raises(DataError, match=r"in\.tar (cannot be unpacked|is neither)"):
        of_cyclegan(written("in.tar", DAMAGED[damage]))
    assert not Path("data/packed/domains").exists()


def test_a_tar_that_ends_in_a_zip_is_read_as_a_tar(workspace: Path) -> None:
    inner = zipped(jpgs("other", 3)).read_bytes()
    assert of_dcgan(written("in.tar", tarred(jpgs("faces", 20) | {"last.zip": inner}))) == {"train": 12, "test": 8}


def test_names_in_an_old_encoding_are_kept(workspace: Path) -> None:
    files = jpgs("caf\xe9", 12) | jpgs("th\xe9", 12, 100) | {"x.\xe9": b"", ".\xe9/0": b""}
    path = written("in.tar", tarred(files, "latin-1"))
    assert of_dcgan(path) == {"train": 16, "test": 8}
    assert of_cyclegan(path) == {"trainA": 8, "testA": 4, "trainB": 8, "testB": 4}
    assert "A is caf\\udce9" in card(PACKED / "domains")["split"]


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_two_members_of_one_name_do_not_replace_each_other(workspace: Path, kind: str) -> None:
    files = jpgs("a", 12) | {f"a\\{index:03d}.jpg": jpg(100 + index) for index in range(12)}
    path = zipped(files) if kind == "zip" else written("in.tar", tarred(files))
    with pytest.raises(DataError, match=r"holds 12 names more than once, such as a/000.jpg; unpack it yourself"):
        of_dcgan(path)
