"""Folders and archives as people have them, through the stage: what is understood, used, passed over and refused."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan.run.errors import DataError
from tests import field
from tests.field import COMPRESSED, SPLITS, folder, jpg, jpgs, of, of_cyclegan, of_dcgan, tarred, written, zipped
from tests.packing import lines
from tests.preparing import counts, images

EACH = dict.fromkeys(("testA", "testB", "trainA", "trainB"), 12)
ARCHIVED: dict[str, Callable[[dict[str, bytes]], Path]] = {
    "folder": folder,
    "zip": zipped,
    "tar": lambda files: written("in.tar", tarred(files)),
    "tar.gz": lambda files: written("in", COMPRESSED["gz"](tarred(files))),
    "tar.bz2": lambda files: written("in", COMPRESSED["bz2"](tarred(files))),
    "tar.xz": lambda files: written("in", COMPRESSED["xz"](tarred(files))),
}


@pytest.mark.parametrize("how", ARCHIVED)
def test_either_model_takes_a_folder_or_an_archive(workspace: Path, how: str) -> None:
    assert of_dcgan(ARCHIVED[how](jpgs("faces", 20)).rename("first")) == {"train": 12, "test": 8}
    assert of_cyclegan(ARCHIVED[how](of(*(f"h2z/{name}" for name in SPLITS)))) == EACH


LAYOUTS = {
    "the paper's": of(*SPLITS),
    "the paper's in two folders": of(*(f"data/h2z/{name}" for name in SPLITS)),
    "other spelling": of("Train_A", "train B", "TestA", "test-b"),
    "validation": of("trainA", "trainB", "valA", "valB"),
    "split first": of("train/horse", "train/zebra", "test/horse", "test/zebra"),
    "split first, in A and B": of("Train/A", "Train/B", "val/A", "val/B"),
    "domain first": of("horse/train", "zebra/train", "horse/test", "zebra/test"),
    "Windows": {name.replace("/", "\\"): content for name, content in of(*(f"h2z/{name}" for name in SPLITS)).items()},
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_domains_are_found_by_how_folders_are_called(workspace: Path, layout: str) -> None:
    """And no image changes its domain or its set: each is told by its colours."""
    files = LAYOUTS[layout]
    assert of_cyclegan(zipped(files), image_size=36) == EACH
    firsts = list(files.values())[::12]
    for name, content in zip(SPLITS, firsts, strict=True):
        first = next(row for row in lines(Path("data/packed/domains/manifest.tsv")) if row[0] == name)
        assert first[1].endswith("000.jpg")
        expected = np.asarray(Image.open(written("first.jpg", content)))[:, 2:38]
        np.testing.assert_array_equal(np.load(f"data/packed/domains/{name}.npy")[0], expected)


@pytest.mark.parametrize(
    ("files", "seen"),
    [
        (of("train/A", "train/B", "train/C", "test/A", "test/B", "test/C"), "test/A 12, test/B 12, test/C 12, train/A"),
        (of("horse/train", "zebra"), "horse/train 12, zebra 12"),
        (of("trainA", "testA"), "testA 12, trainA 12"),
        (of("trainA", "trainB", "testA"), "testA 12, trainA 12, trainB 12"),
        (of("train/A", "train/B", "test"), "test 12, train/A 12, train/B 12"),
        (of("horse", "zebra", ""), "directly 12, horse 12, zebra 12"),
        (of(""), "directly 12"),
        (of("horse"), "horse 12"),
    ],
)
def test_what_cannot_be_told_is_refused_with_what_was_seen(workspace: Path, files: dict[str, bytes], seen: str) -> None:
    with pytest.raises(DataError, match=f"holds images in {seen}.*; CycleGAN wants either trainA"):
        of_cyclegan(folder(files))


def test_images_that_are_no_pairs_are_not_cut_in_half(workspace: Path) -> None:
    with pytest.raises(DataError, match=r"36×36 pixels: no pair side by side is as high as it is wide"):
        of_cyclegan(folder(of("train", "test", width=36)))
    assert of_cyclegan(folder(of("train", "test", width=72))) == EACH


@pytest.mark.parametrize("test", ["test", "Val", "validation", "testing"])
@pytest.mark.parametrize("order", ["{split}", "{split}/{label}", "{label}/{split}", "faces/{split}/{label}"])
def test_dcgan_keeps_a_persons_own_test_set(workspace: Path, test: str, order: str) -> None:
    train, held = ([order.format(split=split, label=label) for label in ("cat", "dog")] for split in ("train", test))
    files = of(*dict.fromkeys(train + held))
    found = images(workspace, "folder", folder=str(folder(files)), max_rejected=0.0)
    share = 12 if order == "{split}" else 24
    assert counts(found) == {"train": share, "test": share}
    assert found["split"].startswith("as found in ")
    if "label" in order:
        assert counts(images(workspace, "folder", folder="in", classes=["dog"])) == {"train": 12, "test": 12}


def test_of_three_sets_the_validation_set_is_left_out_aloud(workspace: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert of_dcgan(folder(of("train", "val", "test"))) == {"train": 12, "test": 12}
    assert "passed over: 12 (images in val/ 12)" in capfd.readouterr().err


JUNK = {
    "a Mac's": {"__MACOSX/faces/._000.jpg": field.APPLE_DOUBLE, "faces/.DS_Store": b"\0\0\0\1Bud1"},
    "exFAT": {f"faces/._{index:03d}.jpg": field.APPLE_DOUBLE for index in range(12)},
    "a notebook's": {"faces/.ipynb_checkpoints/000-checkpoint.jpg": jpg(0)},
    "a NAS's": {"faces/@eaDir/000.jpg/SYNOPHOTO_THUMB_M.jpg": jpg(0), "#recycle/000.jpg": jpg(0)},
    "trash": {".Trash-1000/files/000.jpg": jpg(0), "$RECYCLE.BIN/000.jpg": jpg(0), "faces/.thumbnails/000.png": jpg(0)},
    "Windows'": {"faces/Thumbs.db": b"x", "desktop.ini": b"x"},
    "notes": {"README.txt": b"hi", "labels/000.txt": b"1 2 3 4", "faces/index.html": b"<html>"},
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
    """As scrapers save them: without a suffix, or with what stood in the address."""
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
    with pytest.raises(DataError, match=r'"0.jpg" "ValueError: HEIC, which `pip install pillow-heif` reads"'):
        of_dcgan(Path("in"))


def test_links_of_ones_own_are_followed(workspace: Path) -> None:
    """To a pool, as DVC's cache is, and to a folder; from an archive they would lead to any file of this machine."""
    pool = folder(jpgs("", 20)).rename("pool").resolve()
    Path("linked").mkdir()
    for path in pool.iterdir():
        (Path("linked") / path.name).symlink_to(path)
    assert of_dcgan(Path("linked")) == {"train": 12, "test": 8}
    Path("whole").mkdir()
    (Path("whole") / "faces").symlink_to(pool)
    assert of_dcgan(Path("whole")) == {"train": 12, "test": 8}
    (Path("linked") / "lost.jpg").symlink_to("nowhere")
    with pytest.raises(DataError, match=r'"lost.jpg" "a link that leads nowhere"'):
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
    with pytest.raises(DataError, match=r'"big.jpg" "ValueError: a pointer of Git LFS, for which `git lfs pull`'):
        of_dcgan(path)
    (path / "big.jpg").unlink()
    of_dcgan(path)
    assert "passed over: 1 (no plain file 1)" in capfd.readouterr().err
