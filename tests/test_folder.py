"""A user's own folder, zip or tar of images."""

import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from gan.datasets.collection import Collection, class_of
from gan.datasets.folder import collection
from gan.run.errors import DataError


def image(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (9, 9)).save(path)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name in ("z.png", "cats/y.JPG", "cats/x.bmp", "dogs/deep/w.webp"):
        image(tmp_path / "photos" / name)
    (tmp_path / "photos" / "cats" / "readme.md").touch()
    return tmp_path / "photos"


NAMES = ["cats/x.bmp", "cats/y.JPG", "dogs/deep/w.webp", "z.png"]


def test_names_are_sorted_and_relative(photos: Path, tmp_path: Path) -> None:
    found = collection(photos, tmp_path)
    assert found.names == NAMES
    with found.open(0) as image_of_x:
        assert image_of_x.size == (9, 9)


def test_classes_are_the_folders_right_below(photos: Path, tmp_path: Path) -> None:
    found = collection(photos, tmp_path)
    assert [class_of(name) for name in found.names] == ["cats", "cats", "dogs", "."]
    assert found.of_classes(["dogs", "cats"]).names == NAMES[:3]
    assert found.of_classes([]).names == NAMES
    with pytest.raises(DataError, match=r"classes: no image of birds; there are \., cats, dogs"):
        found.refuse_missing(["birds", "cats"])


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere is no folder, zip or tar"):
        collection(tmp_path / "nowhere", tmp_path)
    with pytest.raises(DataError, match="holds no image"):
        collection(tmp_path, tmp_path)


def test_a_folder_is_entered_once_by_whatever_links(photos: Path, tmp_path: Path) -> None:
    (photos / "again").symlink_to("cats")
    (photos / "dogs" / "up").symlink_to("..")
    found = collection(photos, tmp_path)
    assert found.names == NAMES
    assert found.rejected == [("dogs/up", "a link that loops")]


def test_the_folder_itself_may_be_a_link(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(photos)
    assert collection(tmp_path / "link", tmp_path).names == NAMES


def test_taking_some_opens_those(photos: Path, tmp_path: Path) -> None:
    found = Collection(["a", "b", "c", "d"], lambda index: Image.new("L", (index + 1, 1)))
    some = found.take([3, 1]).take([1, 0])
    assert some.names == ["b", "d"]
    assert [some.open(index).width for index in range(2)] == [2, 4]
    assert len(found.limited(2, 0)) == 2
    assert sorted(found.shuffled(0).names) == found.names


def test_the_rejected_are_counted_once_and_with_their_class() -> None:
    rejected = [("a/1", "a link"), ("b", "a link"), ("b/c/2", "a link"), ("loose", "a link")]
    found = Collection(["a/0", "b/0"], lambda _: Image.new("L", (1, 1)), rejected)
    assert found.of_classes(["a"]).rejected == rejected[:1]
    assert found.of_classes(["b"]).rejected == rejected[1:3]
    assert found.limited(1, 0).rejected == found.shuffled(0).rejected == found.take([1]).rejected == rejected
    assert found.take([0], rejected[:1]).rejected + found.take([1], rejected[1:]).rejected == rejected


def zipped(photos: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for file in photos.rglob("*.*"):
            archive.write(file, file.relative_to(photos))


def tarred(photos: Path, path: Path) -> None:
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as archive:
        archive.add(photos, ".")


@pytest.mark.parametrize(
    ("name", "write"), [("p.zip", zipped), ("p.tar", tarred), ("p.tar.gz", tarred), ("no suffix", zipped)]
)
def test_an_archive_is_read_like_a_folder(
    photos: Path, tmp_path: Path, name: str, write: Callable[[Path, Path], None]
) -> None:
    write(photos, tmp_path / name)
    assert collection(tmp_path / name, tmp_path / "scratch").names == NAMES
    with collection(tmp_path / name, tmp_path / "scratch").open(3) as image_of_z:
        assert image_of_z.size == (9, 9)
