"""Two domains, found in every layout that a folder may have."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan.datasets.collection import Collection
from gan.datasets.layouts import SPLITS, collections, refuse_unpaired
from gan.datasets.writer import Part
from gan.run.errors import DataError
from tests.official_files import pixels
from tests.packing import GREY, lines, packed


def image(path: Path, colour: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (9, 9), colour).save(path)


def test_the_papers_layout(tmp_path: Path) -> None:
    for split in SPLITS:
        image(tmp_path / "set" / "inner" / split / f"{split}.png")
    layout = collections(tmp_path / "set", tmp_path, 5, 0)
    sets, how = layout.sets, layout.split
    assert {split: one.names for split, one in sets.items()} == {split: [f"{split}.png"] for split in SPLITS}
    assert how == "as found"


def test_two_plain_folders_are_split_by_seed(tmp_path: Path) -> None:
    for index in range(10):
        image(tmp_path / "set" / "zebras" / f"{index}.png")
        image(tmp_path / "set" / "horses" / f"{index}.png")
    (tmp_path / "set" / "horses" / "lost.png").symlink_to("nowhere")
    layout = collections(tmp_path / "set", tmp_path, 4, 0)
    sets, how = layout.sets, layout.split
    assert {name: len(one) for name, one in sets.items()} == {"testA": 4, "trainA": 6, "testB": 4, "trainB": 6}
    for domain in "AB":
        assert sorted(sets[f"train{domain}"].names + sets[f"test{domain}"].names) == [f"{i}.png" for i in range(10)]
    assert how.startswith("A is horses, B is zebras")
    assert [one.rejected for one in sets.values()].count([("lost.png", "a link that leads nowhere")]) == 1
    again = collections(tmp_path / "set", tmp_path, 4, 1).sets
    assert again["testA"].names != sets["testA"].names
    with pytest.raises(DataError, match=r"test_count 9 leaves nothing .* 10 images of domain A \(A is horses"):
        collections(tmp_path / "set", tmp_path, 9, 0)


@pytest.mark.parametrize("test", ["test", "val"])
def test_side_by_side_pairs_as_pix2pix_has_them(tmp_path: Path, test: str) -> None:
    for split in ("train", test):
        for index in range(3):
            both = np.full((8, 16), index, np.uint8)
            both[:, 8:] += 100
            (tmp_path / "set" / split).mkdir(parents=True, exist_ok=True)
            Image.fromarray(both).save(tmp_path / "set" / split / f"{index}.png")
    sets = collections(tmp_path / "set", tmp_path, 5, 0).sets
    for index in range(3):
        left, right = (np.asarray(sets[name].view(sets[name].open(index))) for name in ("testA", "testB"))
        assert (left == index).all()
        assert (right == index + 100).all()
        assert left.shape == right.shape == (8, 8)
    refuse_unpaired(sets)


def pairs(folder: Path) -> dict[str, Collection]:
    for split in ("train", "test"):
        for index in range(6):
            (folder / split).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels(20, 40, seed=index)).save(folder / split / f"{index}.png")
    return collections(folder, folder.parent, 5, 0).sets


@pytest.mark.parametrize(
    "some",
    [
        lambda one: one.take([4, 1]),
        lambda one: one.shuffled(0),
        lambda one: one.limited(2, 0),
        lambda one: one.of_classes(["."]),
    ],
    ids=["take", "shuffled", "limited", "of_classes"],
)
def test_halves_stay_halves(tmp_path: Path, some: Callable[[Collection], Collection]) -> None:
    sets = pairs(tmp_path / "set")
    for domain, columns in (("A", slice(0, 20)), ("B", slice(20, 40))):
        half = some(sets[f"train{domain}"])
        for index, name in enumerate(half.names):
            expected = pixels(20, 40, seed=int(name[0]))[:, columns]
            np.testing.assert_array_equal(np.asarray(half.view(half.open(index))), expected)


def test_halves_of_a_pair_that_is_too_large_are_not_decoded(tmp_path: Path) -> None:
    """The pair has 800 pixels, more than allowed; a half of it would be small enough."""
    sets = pairs(tmp_path / "set")
    small, large = (replace(GREY, max_megapixels=limit / 1e6) for limit in (799, 800))
    parts = [Part(sets[name], {name: None}, large, f"{name}/") for name in ("trainA", "trainB")]
    out = packed(tmp_path, parts, "fits")
    assert [row[2:] for row in lines(out / "manifest.tsv")] == [["20", "20", "L"]] * 12  # of the half
    with pytest.raises(DataError, match=r'12 × "40×20 pixels, max_megapixels allows .*": "trainA/0.png"'):
        packed(tmp_path, [replace(part, how=small) for part in parts], "too large")


def test_an_unknown_layout_is_told_what_there_could_be(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        image(tmp_path / "set" / name / "0.png")
    with pytest.raises(DataError, match=r"holds images in one 1, three 1, two 1; a block `domains` takes trainA"):
        collections(tmp_path / "set", tmp_path, 5, 0)


@pytest.mark.parametrize(
    ("a", "b", "fine"),
    [
        (["1_A.jpg", "10_A.jpg", "2_A.jpg"], ["1_B.jpg", "10_B.jpg", "2_B.png"], True),
        (["x.png"], ["x.jpg"], True),
        (["1_A.jpg", "2_A.jpg"], ["1_B.jpg"], False),
        (["1_A.jpg", "2_A.jpg"], ["1_B.jpg", "3_B.jpg"], False),
    ],
)
def test_aligned_sets_have_partners(tmp_path: Path, a: list[str], b: list[str], fine: bool) -> None:
    for split, names in (("trainA", a), ("trainB", b), ("testA", a), ("testB", b)):
        for name in names:
            image(tmp_path / "set" / split / name)
    sets = collections(tmp_path / "set", tmp_path, 5, 0).sets
    if fine:
        refuse_unpaired(sets)
    else:
        with pytest.raises(DataError, match=r"aligned: testA has 2 images and testB . Without|aligned: testA has 2"):
            refuse_unpaired(sets)
