"""Folders and archives as people have them, run through the stage: which are understood, used, skipped and refused."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan.run.errors import DataError
from tests.field import ARCHIVED, EACH, SPLITS, folder, jpg, jpgs, of, of_cyclegan, of_dcgan, written, zipped
from tests.packing import lines
from tests.preparing import counts, images


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
    "words joined": of("train_horse", "train_zebra", "test_horse", "test_zebra"),
    "domain first": of("horse/train", "zebra/train", "horse/test", "zebra/test"),
    "Windows": {name.replace("/", "\\"): content for name, content in of(*(f"h2z/{name}" for name in SPLITS)).items()},
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_domains_are_found_by_how_folders_are_called(workspace: Path, layout: str) -> None:
    """Each image is recognised by its colours, so none changes its domain or its set."""
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
    with pytest.raises(DataError, match=f"holds images in {seen}.*; a block `domains` takes trainA"):
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


@pytest.mark.parametrize(
    "files",
    [
        of("training_set/cat", "training_set/dog", "test_set/cat", "test_set/dog"),
        of("train_images/cat", "train_images/dog", "test-images/cat", "test-images/dog"),
        of("all/x/train", "all/z/train", "all/x/test", "all/z/test"),
        of("data/train/a", "data/train/b", "data/test/a", "data/test/b") | {"cover.jpg": jpg(999)},
    ],
)
def test_other_spellings_of_a_test_set_are_kept_too(workspace: Path, files: dict[str, bytes]) -> None:
    assert of_dcgan(zipped(files)) == {"train": 24, "test": 24}


@pytest.mark.parametrize(
    "files",
    [
        of("trainA", "trainB", "testA", "testB"),
        of("data/train", "data/test", "samples"),
        of("cat/train", "cat/test", "dog"),
        of("train_red", "test_red"),
    ],
)
def test_a_test_set_that_cannot_be_told_is_not_mixed_in(workspace: Path, files: dict[str, bytes]) -> None:
    with pytest.raises(DataError, match=r"holds images in .* a block `images` takes one set"):
        of_dcgan(zipped(files))


def test_classes_that_a_test_set_lacks_are_named(workspace: Path) -> None:
    with pytest.raises(DataError, match="the test set of its own has no image of dog"):
        of_dcgan(folder(of("train/cat", "train/dog", "test/cat")), classes=["dog"])


def test_of_three_sets_the_validation_set_is_left_out_aloud(workspace: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert of_dcgan(folder(of("train", "val", "test"))) == {"train": 12, "test": 12}
    assert "passed over: 12 (images in val/ 12)" in capfd.readouterr().err
