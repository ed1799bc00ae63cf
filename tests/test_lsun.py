"""LSUN from its databases."""

import io
from pathlib import Path

import pytest
from PIL import Image

from gan.run.errors import DataError
from tests import official_files
from tests.packing import lines
from tests.preparing import counts, images


def test_lsun(workspace: Path) -> None:
    (workspace / "here").mkdir()
    for name, count in (("bedroom", 12), ("church_outdoor", 8)):
        official_files.lsun(workspace / "here", name, count)
    found = images(workspace, "lsun", folder="here", classes=["church_outdoor", "bedroom"])
    assert counts(found) == {"train": 16, "test": 4}
    manifest = (workspace / "data/packed/images" / "manifest.tsv").read_text().splitlines()
    names = [line.split("\t")[1].split("/")[0] for line in manifest]
    assert (names.count('"bedroom'), names.count('"church_outdoor')) == (12, 8)
    with pytest.raises(DataError, match="lsun wants the classes by name"):
        images(workspace, "lsun", folder="here")
    with pytest.raises(DataError, match=r"lsun: there is no tower_train_lmdb or tower_train_lmdb.zip in here or data"):
        images(workspace, "lsun", folder="here", classes=["tower"])


def icon(_: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64)).save(buffer, "ICO")
    return buffer.getvalue()


def test_formats_that_decode_when_they_are_opened_are_not(workspace: Path) -> None:
    """Pillow decodes an icon's pixels before its size is known, so max_megapixels could not be checked in time."""
    (workspace / "here").mkdir()
    official_files.lsun(workspace / "here", "bedroom", 12)
    official_files.lsun(workspace / "here", "tower", 2, icon)
    found = images(workspace, "lsun", folder="here", classes=["bedroom", "tower"], max_rejected=0.2)
    assert counts(found) == {"train": 8, "test": 4}
    reasons = [reason for _, reason in lines(workspace / "data/packed/images" / "rejected.tsv")]
    assert reasons == ["UnidentifiedImageError: cannot identify image file"] * 2
