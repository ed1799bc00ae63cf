"""A packing that was stopped is resumed to the same bytes, but never with other images."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gan.datasets import folder
from gan.datasets.arrays import from_arrays
from gan.datasets.layouts import halves
from gan.datasets.packing import pack
from gan.datasets.writer import Part
from tests import bad_files
from tests.packing import GREY, HOW, contents, counting, job, packed
from tests.tiny import ROOT


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    return tmp_path / "photos"


SLOW = """
import sys, time
from pathlib import Path
from gan.datasets import folder
from gan.datasets.packing import pack
from gan.datasets.writer import Part
from tests.packing import HOW, job
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


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(path.read_bytes() + b" "),
        lambda path: bad_files.swap(path, path.read_bytes()[:-1] + b"x"),
        lambda path: path.rename(path.with_name("renamed.jpg")),
        lambda path: path.unlink(),
    ],
    ids=["other content", "same size and date", "other name", "gone"],
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


@pytest.mark.parametrize("change", ["pixels", "prefix", "half", "pairs"])
def test_nor_with_what_only_has_the_same_names(tmp_path: Path, change: str) -> None:
    pixels = np.arange(6, dtype=np.uint8)[:, None, None].repeat(8, 1).repeat(16, 2)
    one = Part(from_arrays(pixels, ["x"] * 6), {"trainA": None}, GREY)
    two = Part(one.collection, {"trainB": None}, GREY)
    others = {
        "pixels": [replace(one, collection=from_arrays(pixels + 1, ["x"] * 6)), two],
        "prefix": [replace(one, prefix="trainA/"), two],
        "half": [replace(one, collection=halves(one.collection, "A")), two],
        "pairs": [replace(one, twin=two)],
    }[change]
    packed(tmp_path, [one, two])
    again = counting(one)
    packed(tmp_path, [again.part, two])
    assert again.count() == 0
    fresh = counting(others[0])
    packed(tmp_path, [fresh.part, *others[1:]])
    assert fresh.count() == 6
