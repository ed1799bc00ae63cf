"""A user mends images under the same names, and the same command then takes the mended ones."""

import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from torchvision import datasets

from gan.datasets import earth
from gan.run.errors import DataError
from tests import official_files
from tests.bad_files import swap
from tests.official_files import jpeg, tar_gz, zipped
from tests.preparing import as_set, block, counts, domains, images, of, of_four, paper_set

CLASSES: dict[str, Any] = {"lsun": {"classes": ["bedroom"]}}


def broken(content: bytes) -> bytes:
    """The same zip, with each image cut in half."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[: len(old.read(name)) // 2])
    return buffer.getvalue()


def bedrooms(workspace: Path, content: Callable[[int], bytes] = jpeg) -> bytes:
    """A zip of a database."""
    official_files.lsun(workspace, "bedroom", 12, content)
    database = workspace / "bedroom_train_lmdb"
    packed = zipped({f"{database.name}/{path.name}": path.read_bytes() for path in database.iterdir()})
    shutil.rmtree(database)
    return packed


def archives(source: str, workspace: Path, patch: pytest.MonkeyPatch) -> tuple[str, bytes, bytes]:
    """Name, broken and mended content of a local archive."""
    if source == "celeba":
        files = official_files.celeba(patch)
        (workspace / "here" / "list_eval_partition.txt").write_bytes(files["list_eval_partition.txt"])
        return "img_align_celeba.zip", broken(files["img_align_celeba.zip"]), files["img_align_celeba.zip"]
    if source == "lsun":
        return "bedroom_train_lmdb.zip", bedrooms(workspace, lambda _: b"broken"), bedrooms(workspace)
    if source == "cifar10":
        files_of = {f"{datasets.CIFAR10.base_folder}/{name}": b"broken" for name in ("data_batch_1", "test_batch")}
        return "cifar-10-python.tar.gz", tar_gz(files_of), official_files.cifar10(patch)
    whole = paper_set(of_four(6))
    return f"{source}.zip", broken(whole), whole


@pytest.mark.parametrize("source", ["celeba", "lsun", "cifar10", "horse2zebra", "folder"])
def test_a_mended_archive_is_read_again(workspace: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    (workspace / "here").mkdir()
    name, bad, good = archives(source, workspace, monkeypatch)
    place = "here/folder.zip" if source == "folder" else "here"
    make = domains if source in ("horse2zebra", "folder") else images
    (workspace / "here" / name).write_bytes(bad)
    with pytest.raises(DataError, match=r"cannot be used|are damaged"):
        make(workspace, source, folder=place, **CLASSES.get(source, {}))
    (workspace / "here" / name).write_bytes(good)
    found = make(workspace, source, folder=place, **CLASSES.get(source, {}))
    assert min(counts(found).values()) > 3
    assert found["rejected"] == 0


@pytest.mark.parametrize("source", ["celeba", "lsun", "cifar10"])
@pytest.mark.parametrize("home", ["here", "data/downloads"])
def test_what_was_unpacked_does_not_pass_for_the_archive(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, source: str, home: str
) -> None:
    """The user removes a broken archive, and puts the right one among the downloads."""
    (workspace / "here").mkdir()
    (workspace / "data" / "downloads" / source).mkdir(parents=True)
    name, bad, good = archives(source, workspace, monkeypatch)
    (workspace / "here" / name).write_bytes(bad)
    with pytest.raises(DataError, match=r"cannot be used|are damaged"):
        images(workspace, source, folder="here", **CLASSES.get(source, {}))
    (workspace / "here" / name).unlink()
    (workspace / "data" / "downloads" / source / name).write_bytes(good)
    assert images(workspace, source, folder=home, **CLASSES.get(source, {}))["rejected"] == 0


def test_a_tar_whose_members_keep_their_sizes_and_dates(workspace: Path) -> None:
    """In tars made to be reproducible, every date is 0."""
    for seed in range(2):
        files = {f"{index}.bmp": bitmap(seed * 100 + index) for index in range(8)}
        (workspace / "own.tar.gz").write_bytes(tar_gz(files))
        images(workspace, "folder", folder="own.tar.gz", bits=8)
        packed = {tuple(image[0, 0]) for image in (*of(workspace, "train"), *of(workspace, "test"))}
        assert packed == {(seed * 100 + index,) * 3 for index in range(8)}


def bitmap(value: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (32, 32), value).save(buffer, "BMP")
    return buffer.getvalue()


def test_official_files_with_other_pixels_are_packed_again(workspace: Path) -> None:
    official_files.mnist(workspace / "here", packed=False)
    images(workspace, "mnist", folder="here", channels=1)
    other = official_files.pixels(20, 28, 28, seed=1)
    swap(workspace / "here" / "train-images-idx3-ubyte", official_files.idx(other))
    images(workspace, "mnist", folder="here", channels=1)
    assert as_set(of(workspace, "train")) == as_set(np.pad(other, [(0, 0), (2, 2), (2, 2)])[..., None])


def test_a_database_mended_where_it_lies_is_packed_again(workspace: Path) -> None:
    (workspace / "here").mkdir()
    official_files.lsun(workspace / "here", "bedroom", 12, lambda _: b"broken")
    with pytest.raises(DataError, match="12 of 12 images cannot be used"):
        images(workspace, "lsun", folder="here", classes=["bedroom"])
    official_files.lsun(workspace / "here", "bedroom", 12)
    assert counts(images(workspace, "lsun", folder="here", classes=["bedroom"])) == {"train": 8, "test": 4}


def test_tiles_of_other_maps_have_another_version() -> None:
    """testA and testB show the same places, so their names are equal."""
    sets = earth.collections("satellite_topography", 32, block("domains").domains.earth, 0)
    assert sets["testA"].names == sets["testB"].names
    assert sets["testA"].version != sets["testB"].version
