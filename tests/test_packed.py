"""A packed set reads the same from one file and from several."""

from pathlib import Path

import numpy as np
import pytest

from gan.loading.packed import Shards, load_images, sets
from gan.run.errors import DataError

IMAGES = np.arange(10, dtype=np.uint8).reshape(10, 1, 1, 1)


def test_packed_arrays_are_mapped_not_read(tmp_path: Path) -> None:
    np.save(tmp_path / "train.npy", IMAGES)
    assert isinstance(load_images(tmp_path, "train"), np.memmap)


@pytest.mark.parametrize("chosen", [slice(None), slice(3, 8), slice(9, 2, -3), np.array([9, 0, 4, 4, 3]), np.arange(0)])
def test_shards_read_as_one_array(tmp_path: Path, chosen: slice | np.ndarray) -> None:
    for index, first in enumerate(range(0, 10, 4)):
        np.save(tmp_path / f"train-{index:05d}.npy", IMAGES[first : first + 4])
    np.save(tmp_path / "test.npy", IMAGES)
    images = load_images(tmp_path, "train")
    assert isinstance(images, Shards)
    assert (len(images), images.shape) == (10, IMAGES.shape)
    np.testing.assert_array_equal(images[chosen], IMAGES[chosen])
    assert sets(tmp_path) == ["test", "train"]


def test_files_that_are_no_packed_images_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"train.npy is missing; `dvc repro prepare-data`"):
        load_images(tmp_path, "train")
    (tmp_path / "train.npy").write_bytes(b"\x93NUMPY\x01\x00v")
    with pytest.raises(DataError, match=r"is no array .*`dvc checkout --force"):
        load_images(tmp_path, "train")
    np.save(tmp_path / "train.npy", np.zeros(3))
    with pytest.raises(DataError, match=r"holds float64 \(3,\), expected uint8 of 4"):
        load_images(tmp_path, "train")
