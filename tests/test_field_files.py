"""Files as people have them, run through the stage: which are images, which are skipped, and what the user is told."""

import os
from pathlib import Path

import pytest
from PIL import Image

from gan.run.errors import DataError
from tests import field
from tests.field import ARCHIVED, EACH, SPLITS, folder, jpg, jpgs, of, of_cyclegan, of_dcgan
from tests.preparing import images

JUNK = {
    "a Mac's": {"__MACOSX/faces/._000.jpg": field.APPLE_DOUBLE, "faces/.DS_Store": b"\0\0\0\1Bud1"},
    "exFAT": {f"faces/._{index:03d}.jpg": field.APPLE_DOUBLE for index in range(12)},
    "a notebook's": {"faces/.ipynb_checkpoints/000-checkpoint.jpg": jpg(0)},
    "a NAS's": {"faces/@eaDir/000.jpg/SYNOPHOTO_THUMB_M.jpg": jpg(0), "#recycle/000.jpg": jpg(0)},
    "trash": {".Trash-1000/files/000.jpg": jpg(0), "$RECYCLE.BIN/000.jpg": jpg(0), "faces/.thumbnails/000.png": jpg(0)},
    "Windows'": {"faces/Thumbs.db": b"x", "desktop.ini": b"x"},
    "notes": {"README.txt": b"hi", "labels/000.txt": b"1 2 3 4", "faces/index.html": b"<html>"},
    "QNAP's": {"@Recycle/0.jpg": jpg(0), "faces/Thumbnails/0.jpg": jpg(0), "found.000/0.jpg": jpg(0)},
    "downloads": {"faces/0.JPG.TMP": jpg(0), "faces/0.jpg.aria2": jpg(0), "faces/#0.jpg#": jpg(0)},
    "backups": {"faces/000.jpg~": jpg(0), "faces/000.jpg_original": jpg(0), "faces/half.jpg.part": jpg(0)[:100]},
}


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("how", ["folder", "zip"])
def test_what_systems_leave_behind_is_passed_over(
    workspace: Path, junk: str, how: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert of_dcgan(ARCHIVED[how](jpgs("faces", 20) | JUNK[junk]).rename("first")) == {"train": 12, "test": 8}
    assert "passed over: " in capfd.readouterr().err
    files = of(*(f"h2z/{name}" for name in SPLITS)) | {f"h2z/{name}": content for name, content in JUNK[junk].items()}
    assert of_cyclegan(ARCHIVED[how](files | {"README.md": b"hello"})) == EACH


def test_images_are_known_by_their_content(workspace: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Scrapers save images without a suffix, or with the end of their address as the suffix."""
    files = {f"{index}{suffix}": jpg(index) for index, suffix in enumerate(("", ".jpg_large", ".jpg?w=200", ".1", ""))}
    assert of_dcgan(folder(files | jpgs("", 15, 50) | {"notes": b"words", "movie.mp4": bytes(64)})) == {
        "train": 12,
        "test": 8,
    }
    assert "passed over: 2 (.mp4 1, no suffix 1)" in capfd.readouterr().err


def test_a_phones_photos_are_read_or_named(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for index in range(20):
        field.photo(index).save(folder(jpgs("", 0) | {"keep.txt": b""}) / f"IMG_{index:04d}.HEIC", "HEIF")
    assert of_dcgan(Path("in")) == {"train": 12, "test": 8}
    folder({"0.jpg": field.HEIC})
    monkeypatch.delitem(Image.OPEN, "HEIF")
    with pytest.raises(DataError, match=r'21 × "HEIC, which `pip install pillow-heif` reads": "'):
        of_dcgan(Path("in"))


def test_links_of_ones_own_are_followed(workspace: Path) -> None:
    """A user's links may lead to a pool, such as DVC's cache; a link from an archive could lead to any file here."""
    pool = folder(jpgs("", 20)).rename("pool").resolve()
    Path("linked").mkdir()
    for path in pool.iterdir():
        (Path("linked") / path.name).symlink_to(path)
    assert of_dcgan(Path("linked")) == {"train": 12, "test": 8}
    Path("whole").mkdir()
    (Path("whole") / "faces").symlink_to(pool)
    assert of_dcgan(Path("whole")) == {"train": 12, "test": 8}
    (Path("linked") / "again.jpg").symlink_to("here.jpg")
    (Path("linked") / "here.jpg").write_bytes(jpg(77))
    assert of_dcgan(Path("linked")) == {"train": 13, "test": 8}  # a link to its neighbour would be its twin
    (Path("linked") / "lost.jpg").symlink_to("nowhere")
    with pytest.raises(DataError, match=r'1 × "a link that leads nowhere": "lost.jpg"'):
        of_dcgan(Path("linked"))


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "it is empty"),
        ({"a.txt": b"", "b.TXT": b"", "c.cr2": b"II*\0"}, r"passed over: 3 \(.txt 2, .cr2 1\)"),
        ({"inner.zip": b"PK\3\4"}, "passed over: 1 .*; unpack the archives in it, or give one of them"),
    ],
)
def test_where_nothing_is_left_the_reason_is_not_lost(workspace: Path, files: dict[str, bytes], reason: str) -> None:
    Path("in").mkdir()
    with pytest.raises(DataError, match=rf"in holds no image \({reason}"):
        of_dcgan(folder(files))
    (Path("in") / "0.jpg").symlink_to("nowhere")
    with pytest.raises(DataError, match=r"0\.jpg: a link that leads nowhere"):
        of_dcgan(Path("in"))


def test_the_terminal_tells_what_became_of_a_folder(workspace: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = of("train", "test") | {"notes.txt": b"", "train/broken.jpg": b"broken"}
    images(workspace, "folder", folder=str(folder(files)), max_rejected=0.1)
    said = capfd.readouterr().err.splitlines()
    assert said[-3:] == [
        "images, folder: train 12, test 12; as found in test/, train/; shuffled",
        "images, folder: rejected: 1, with their reasons in data/packed/images/rejected.tsv",
        "images, folder: passed over: 1 (.txt 1)",
    ]


def test_what_is_no_image_says_what_it_is(workspace: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = folder(jpgs("", 20) | {"big.jpg": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"})
    os.mkfifo(path / "pipe.jpg")
    with pytest.raises(DataError, match=r'"a pointer of Git LFS, for which `git lfs pull` .*": "big.jpg"'):
        of_dcgan(path)
    (path / "big.jpg").unlink()
    of_dcgan(path)
    assert "passed over: 1 (no plain file 1)" in capfd.readouterr().err
