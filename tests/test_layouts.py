"""Two domains, however a folder holds them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan.core.errors import DataError
from gan.datasets.layouts import SPLITS, collections, refuse_unpaired


def image(path: Path, colour: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (9, 9), colour).save(path)


def test_the_papers_layout(tmp_path: Path) -> None:
    for split in SPLITS:
        image(tmp_path / "set" / "inner" / split / f"{split}.png")
    sets, how = collections(tmp_path / "set", tmp_path, 5, 0)
    assert {split: one.names for split, one in sets.items()} == {split: [f"{split}.png"] for split in SPLITS}
    assert how == "as found"


def test_two_plain_folders_are_split_by_seed(tmp_path: Path) -> None:
    for index in range(10):
        image(tmp_path / "set" / "zebras" / f"{index}.png")
        image(tmp_path / "set" / "horses" / f"{index}.png")
    sets, how = collections(tmp_path / "set", tmp_path, 4, 0)
    assert {name: len(one) for name, one in sets.items()} == {"testA": 4, "trainA": 6, "testB": 4, "trainB": 6}
    for domain in "AB":
        assert sorted(sets[f"train{domain}"].names + sets[f"test{domain}"].names) == [f"{i}.png" for i in range(10)]
    assert how.startswith("A is horses, B is zebras")
    again, _ = collections(tmp_path / "set", tmp_path, 4, 1)
    assert again["testA"].names != sets["testA"].names
    with pytest.raises(DataError, match="test_count 9 leaves nothing to train on: horses has 10 images"):
        collections(tmp_path / "set", tmp_path, 9, 0)


@pytest.mark.parametrize("test", ["test", "val"])
def test_side_by_side_pairs_as_pix2pix_has_them(tmp_path: Path, test: str) -> None:
    for split in ("train", test):
        for index in range(3):
            both = np.full((8, 16), index, np.uint8)
            both[:, 8:] += 100
            (tmp_path / "set" / split).mkdir(parents=True, exist_ok=True)
            Image.fromarray(both).save(tmp_path / "set" / split / f"{index}.png")
    sets, _ = collections(tmp_path / "set", tmp_path, 5, 0)
    for index in range(3):
        left, right = (np.asarray(sets[name].open(index)) for name in ("testA", "testB"))
        assert (left == index).all()
        assert (right == index + 100).all()
        assert left.shape == right.shape == (8, 8)
    refuse_unpaired(sets)


def test_an_unknown_layout_is_told_what_there_could_be(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        image(tmp_path / "set" / name / "0.png")
    with pytest.raises(DataError, match=r"holds one, three, two; CycleGAN wants either trainA, trainB.*two folders"):
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
    sets, _ = collections(tmp_path / "set", tmp_path, 5, 0)
    if fine:
        refuse_unpaired(sets)
    else:
        with pytest.raises(DataError, match=r"aligned: testA has 2 images and testB . Without|aligned: testA has 2"):
            refuse_unpaired(sets)
