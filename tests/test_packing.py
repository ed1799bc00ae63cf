"""Images are checked once: what is unfit is set aside and named, the rest packed to the same bytes, come what may."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gan.core.errors import DataError
from gan.core.images import Uint8
from gan.data.packed import load_images
from gan.datasets import folder
from gan.datasets.arrays import from_arrays
from gan.datasets.collection import Collection
from gan.datasets.decode import Preprocessing
from gan.datasets.packing import pack
from gan.datasets.publish import publish
from gan.datasets.writer import Job, Part
from tests import bad_files
from tests.tiny import ROOT

HOW = Preprocessing(16, 3, "bicubic", "crop", min_side=8, max_megapixels=100.0)
GREY = replace(HOW, size=4, channels=1, min_side=1)


def job(state: Path, **changes: Any) -> Job:
    return replace(Job("images", state, 2, 1 << 30, 0.1, 60.0), **changes)


def packed(tmp_path: Path, parts: list[Part], name: str = "one", **changes: Any) -> Path:
    """Pack and publish into a folder of this name."""
    state = tmp_path / f"{name}.state"
    publish(pack(parts, job(state, **changes)), state / "packing", tmp_path / name, {"source": "test"})
    return tmp_path / name


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(path.iterdir())}


def lines(path: Path) -> list[list[str]]:
    """Cells of a list, names unescaped."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    return [[json.loads(cell) if cell.startswith('"') else cell for cell in row] for row in rows]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    return tmp_path / "photos"


def numbers(count: int, reject: tuple[int, ...] = ()) -> Collection:
    """`count` plain 4×4 images of the values 0, 1, 2, …; those of `reject` cannot be opened."""
    whole = from_arrays(np.arange(count, dtype=np.uint8)[:, None, None].repeat(4, 1).repeat(4, 2), ["x"] * count)

    def opened(index: int) -> Image.Image:
        if index in reject:
            raise OSError("broken")
        return whole.open(index)

    return Collection(whole.names, opened)


def values(images: Any) -> list[int]:
    pixels: Uint8 = images[:]
    return [int(value) for value in pixels[:, 0, 0, 0]]


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


def test_above_the_tolerance_nothing_is_written_and_all_is_named(photos: Path, tmp_path: Path) -> None:
    bad_files.good(photos, 10)
    bad_files.bad(photos)
    found = folder.collection(photos, tmp_path)
    with pytest.raises(DataError) as caught:
        packed(tmp_path, [Part(found, {"train": None}, HOW)])
    assert f"12 of {len(found) + 4} images cannot be used, max_rejected allows 10.0%" in str(caught.value)
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
        if not path.is_dir():
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


SLOW = """
import sys, time
from pathlib import Path
from gan.datasets import folder
from gan.datasets.packing import pack
from tests.test_packing import HOW, Part, job
found = folder.collection(Path(sys.argv[1]), Path(sys.argv[2]))
opened = found.open
def slowly(index):
    time.sleep(0.002)
    return opened(index)
object.__setattr__(found, "open", slowly)
parts = [Part(found.shuffled(0), {"test": 50, "train": None}, HOW)]
pack(parts, job(Path(sys.argv[2]), save_every_seconds=0.0, shard_bytes=16 * 16 * 3 * 300))
"""


@pytest.mark.parametrize("commits", [1, 3])
def test_killed_while_packing_it_goes_on_to_the_same_bytes(photos: Path, tmp_path: Path, commits: int) -> None:
    bad_files.good(photos, 1500)
    bad_files.bad(photos)
    parts = [Part(folder.collection(photos, tmp_path).shuffled(0), {"test": 50, "train": None}, HOW)]
    shard = 16 * 16 * 3 * 300
    straight = packed(tmp_path, parts, "straight", shard_bytes=shard)
    state = tmp_path / "killed.state"
    run = subprocess.Popen([sys.executable, "-c", SLOW, photos, state], cwd=ROOT, stderr=subprocess.DEVNULL)
    note, seen = state / "packing" / "journal.json", set[bytes]()
    while len(seen) < commits:
        assert run.poll() is None
        if note.exists():
            seen.add(note.read_bytes())
        time.sleep(0.002)
    run.send_signal(signal.SIGKILL)
    run.wait()
    left = json.loads(note.read_text())["position"]
    assert 0 < left["next"] < len(parts[0].collection)
    opened = counting(parts[0])
    assert contents(packed(tmp_path, [opened.part], "killed", shard_bytes=shard)) == contents(straight)
    assert opened.count() == len(parts[0].collection) - left["next"]  # nothing was decoded twice


class counting:  # noqa: N801 - used like a function
    """The part, with the images it opens counted."""

    def __init__(self, part: Part) -> None:
        self.seen: list[int] = []

        def opened(index: int) -> Image.Image:
            self.seen.append(index)
            return part.collection.open(index)

        self.part = replace(part, collection=replace(part.collection, open=opened))

    def count(self) -> int:
        return len(self.seen)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(path.read_bytes() + b" "),
        lambda path: path.rename(path.with_name("renamed.jpg")),
        lambda path: path.unlink(),
    ],
    ids=["other content", "other name", "gone"],
)
def test_a_packing_does_not_go_on_with_other_images(
    photos: Path, tmp_path: Path, change: Callable[[Path], object]
) -> None:
    bad_files.good(photos, 20)

    def part() -> Part:
        return Part(folder.collection(photos, tmp_path), {"train": None}, HOW)

    pack([part()], job(tmp_path / "state"))
    again = counting(part())
    pack([again.part], job(tmp_path / "state"))
    assert again.count() == 0
    change(photos / "class000" / "00007.jpg")
    fresh = counting(part())
    pack([fresh.part], job(tmp_path / "state"))
    assert fresh.count() == len(fresh.part.collection)
