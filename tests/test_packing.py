"""Images are checked once: unfit ones are rejected and named, and the rest are always packed to the same bytes."""

import json
from pathlib import Path

import numpy as np
import pytest

from gan.datasets import folder
from gan.datasets.writer import Part
from gan.loading.packed import load_images
from gan.run.errors import DataError
from tests import bad_files
from tests.packing import GREY, HOW, contents, lines, numbers, packed, values


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    return tmp_path / "photos"


def test_one_of_each_bad_file_among_two_hundred_good_ones(photos: Path, tmp_path: Path) -> None:
    names = bad_files.good(photos, 200)
    bad_files.bad(photos)
    found = folder.collection(photos, tmp_path)
    out = packed(tmp_path, [Part(found, {"train": None}, HOW)])
    assert sorted(row[1] for row in lines(out / "manifest.tsv")) == names
    assert len(load_images(out, "train")) == len(names)
    rejected = {row[0]: row[1] for row in lines(out / "rejected.tsv")}
    assert rejected.keys() == bad_files.REASONS.keys()
    for name, reason in bad_files.REASONS.items():
        assert reason in rejected[name], name
    assert json.loads((out / "card.json").read_text())["rejected"] == len(rejected)
    assert str(tmp_path) not in (out / "rejected.tsv").read_text()


def test_above_the_tolerance_nothing_is_written_and_all_is_named(photos: Path, tmp_path: Path) -> None:
    bad_files.good(photos, 10)
    bad_files.bad(photos)
    found = folder.collection(photos, tmp_path)
    with pytest.raises(DataError) as caught:
        packed(tmp_path, [Part(found, {"train": None}, HOW)])
    bad = len(bad_files.REASONS)
    assert f"{bad} of {len(found) + 3} images cannot be used, max_rejected allows 10.0%" in str(caught.value)
    assert all(name in str(caught.value) for name in bad_files.REASONS)
    assert not (tmp_path / "one").exists()


def test_the_manifest_tells_what_an_image_was(photos: Path, tmp_path: Path) -> None:
    bad_files.photo(0, (40, 30)).convert("L").save(photos / "grey.png")
    out = packed(tmp_path, [Part(folder.collection(photos, tmp_path), {"train": None}, HOW)])
    assert lines(out / "manifest.tsv") == [["train", "grey.png", "40", "30", "L"]]


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_neither_threads_nor_the_file_systems_order_show(photos: Path, tmp_path: Path, workers: int) -> None:
    bad_files.good(photos, 30)
    other = tmp_path / "other"
    other.mkdir()
    for path in sorted(photos.rglob("*"), reverse=True):
        if not path.is_dir() and not path.is_symlink():
            (other / path.relative_to(photos)).parent.mkdir(exist_ok=True, parents=True)
            (other / path.relative_to(photos)).write_bytes(path.read_bytes())
    one = packed(tmp_path, [Part(folder.collection(photos, tmp_path), {"train": None}, HOW)], "first", workers=1)
    two = packed(tmp_path, [Part(folder.collection(other, tmp_path), {"train": None}, HOW)], "second", workers=workers)
    assert contents(one) == contents(two)


def test_a_large_set_is_cut_and_keeps_its_hash(tmp_path: Path) -> None:
    parts = [Part(numbers(50), {"train": None}, GREY)]
    whole = packed(tmp_path, parts, "whole")
    cut = packed(tmp_path, parts, "cut", shard_bytes=16 * 20)
    assert sorted(path.name for path in cut.glob("*.npy")) == [f"train-0000{index}.npy" for index in range(3)]
    assert [len(np.load(path)) for path in sorted(cut.glob("*.npy"))] == [20, 20, 10]
    np.testing.assert_array_equal(load_images(cut, "train")[:], load_images(whole, "train")[:])
    assert contents(whole)["card.json"] == contents(cut)["card.json"]


def test_the_hash_is_that_of_shape_and_pixels(tmp_path: Path) -> None:
    import hashlib

    out = packed(tmp_path, [Part(numbers(3), {"train": None}, GREY)])
    pixels = np.load(out / "train.npy")
    card = json.loads((out / "card.json").read_text())
    assert card["sha256"]["train"] == hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()
    assert card["sets"]["train"] == {"count": 3, "shape": [4, 4, 1]}


def test_sets_fill_one_after_the_other_whatever_is_rejected(tmp_path: Path) -> None:
    out = packed(tmp_path, [Part(numbers(30, reject=(1, 9)), {"test": 4, "train": None}, GREY)])
    assert values(load_images(out, "test")) == [0, 2, 3, 4]
    assert values(load_images(out, "train")) == [n for n in range(5, 30) if n != 9]


def test_pairs_are_kept_or_set_aside_together(tmp_path: Path) -> None:
    twin = Part(numbers(30, reject=(5,)), {"testB": None}, GREY, prefix="testB/")
    out = packed(tmp_path, [Part(numbers(30, reject=(2,)), {"testA": None}, GREY, "testA/", twin)], max_rejected=0.2)
    assert values(load_images(out, "testA")) == values(load_images(out, "testB"))
    assert lines(out / "rejected.tsv") == [
        ["testA/x/02", "OSError: broken"],
        ["testB/x/02", "its partner cannot be used"],
        ["testA/x/05", "its partner cannot be used"],
        ["testB/x/05", "OSError: broken"],
    ]


def test_a_set_without_an_image_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="images: test has 2 usable images of 4"):
        packed(tmp_path, [Part(numbers(2), {"test": 4, "train": None}, GREY)])
