"""A user's own folder of images."""

from pathlib import Path

import pytest
from PIL import Image

from gan.core.errors import DataError
from gan.datasets.folder import SPLITS, domains, items


def test_names_are_sorted_and_relative(tmp_path: Path) -> None:
    for name in ("z.png", "a/y.JPG", "a/x.bmp"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (4, 4)).save(tmp_path / name)
    (tmp_path / "a" / "readme.md").touch()
    assert [item.name for item in items(tmp_path)] == ["a/x.bmp", "a/y.JPG", "z.png"]


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere is no folder"):
        list(items(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="holds no image"):
        list(items(tmp_path))
    (tmp_path / "trainA").mkdir()
    with pytest.raises(DataError, match="lacks trainB, testA, testB; CycleGAN wants trainA"):
        domains(tmp_path)


def test_the_four_sets_of_the_papers_layout(tmp_path: Path) -> None:
    for split in SPLITS:
        (tmp_path / split).mkdir()
        Image.new("RGB", (4, 4)).save(tmp_path / split / f"{split}.png")
    assert {split: [i.name for i in found] for split, found in domains(tmp_path).items()} == {
        split: [f"{split}.png"] for split in SPLITS
    }
