"""Labels of packed images: after a kill, described, absent, and refused where there are none."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan.commands.data import run
from gan.datasets.arrays import from_arrays
from gan.datasets.collection import Collection
from gan.datasets.packing import pack
from gan.datasets.publish import publish
from gan.datasets.writer import Part
from gan.loading.packed import has_labels, load_images, load_labels
from gan.params.prepare_data import PrepareData
from gan.run.errors import DataError
from tests.packing import GREY, contents, job
from tests.preparing import block, images
from tests.test_labels import PACKED_IMAGES, coloured


def test_killed_while_packing_the_labels_stay_right(tmp_path: Path) -> None:
    """The list of packed images is cut with their pixels, and labels come from it."""
    pixels = np.arange(200, dtype=np.uint8)[:, None, None].repeat(4, 1).repeat(4, 2)
    whole = from_arrays(pixels, [f"class {value // 80}" for value in range(200)]).shuffled(0)

    class KilledError(BaseException):
        pass

    def opened(index: int) -> Image.Image:
        if index == 190:
            raise KilledError
        return whole.open(index)

    def packed(name: str, collection: Collection, first: Collection | None = None) -> Path:
        state = tmp_path / f"{name}.state"
        settings = job(state, shard_bytes=16 * 70, save_every_seconds=0.0)
        if first:
            with pytest.raises(KilledError):
                pack([Part(first, {"test": 20, "train": None}, GREY)], settings)
        files = pack([Part(collection, {"test": 20, "train": None}, GREY)], settings)
        publish(files, state / "packing", tmp_path / name, {"source": "test"}, labels=True)
        return tmp_path / name

    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr("gan.datasets.packing.CHUNK", 50)  # so that there is something to resume
        killed = packed("killed", whole, Collection(whole.names, opened, version=whole.version))
    straight = packed("straight", whole)
    assert contents(killed / "labels") == contents(straight / "labels")
    values = load_images(killed, "train")[:][:, 0, 0, 0]
    np.testing.assert_array_equal(load_labels(killed, "train"), values // 80)
    assert len(list(killed.glob("train-*.npy"))) == 3


def test_describe_says_how_many_there_are_of_a_class(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    coloured(workspace / "here" / "train", {"ant": 12, "bee": 9})
    coloured(workspace / "here" / "test", {"ant": 3})
    images(workspace, "folder", labels=True, folder="here")
    run([PACKED_IMAGES], workspace / "out")
    printed = capsys.readouterr().out
    assert "train: 2 classes, of 9 to 12 images" in printed
    assert "test: 2 classes, of 0 to 3 images" in printed


def test_without_labels_nothing_changes(workspace: Path) -> None:
    coloured(workspace / "here", {"ant": 10, "bee": 10})
    found = images(workspace, "folder", folder="here")
    assert "labels" not in found
    assert found["classes"] == "all"
    assert not has_labels(PACKED_IMAGES)
    plain = contents(PACKED_IMAGES)
    images(workspace, "folder", labels=True, folder="here")
    labelled = {path.name: path.read_bytes() for path in PACKED_IMAGES.iterdir() if path.is_file()}
    assert {name for name in plain if plain[name] != labelled[name]} == {"card.json"}
    shutil.rmtree(PACKED_IMAGES / "labels")
    with pytest.raises(DataError, match=r"holds no labels; prepare_data.images.labels: true keeps them"):
        load_labels(PACKED_IMAGES, "train")


REFUSED = {
    "loose": (
        {"ant": 10, "bee": 10, "": 3},
        "labels: 0.png lies in no class; sort images into folders, or set it false",
    ),
    "one class": (
        {"train/ant": 5, "test/ant": 5},
        "labels: all training images are of ant; add classes, or set it false",
    ),
    "no training image": (
        {"train/ant": 5, "train/bee": 5, "val/bee": 5, "val/cow": 5},
        "labels: test has images of cow, train has none; add some, or name the others in `classes`",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_images_without_classes_are_refused_before_packing(workspace: Path, name: str) -> None:
    folders, message = REFUSED[name]
    coloured(workspace / "here", folders)
    with pytest.raises(DataError, match=message):
        images(workspace, "folder", labels=True, folder="here")
    assert not PACKED_IMAGES.exists()
    assert not list(workspace.glob(".state/*/packing"))


def test_a_class_whose_training_images_were_all_rejected_is_refused(workspace: Path) -> None:
    coloured(workspace / "here" / "train", {"ant": 5, "bee": 5})
    coloured(workspace / "here" / "train", {"cow": 2}, reject=2)
    coloured(workspace / "here" / "test", {"ant": 5, "cow": 2})
    with pytest.raises(DataError, match="test has images of cow, train has none"):
        images(workspace, "folder", labels=True, folder="here", max_rejected=0.5)


def test_faces_have_no_classes() -> None:
    with pytest.raises(ValueError, match="celeba has none; set labels: false, or another source"):
        block("images", source="celeba", labels=True)
    assert isinstance(block("images", source="celeba"), PrepareData)


def test_other_labels_than_images_are_refused(workspace: Path) -> None:
    coloured(workspace / "here", {"ant": 10, "bee": 10})
    images(workspace, "folder", labels=True, folder="here")
    np.save(PACKED_IMAGES / "labels" / "train.npy", np.zeros(3, np.int64))
    with pytest.raises(DataError, match=r"train.npy holds 3 labels of 16 images; `dvc repro -f prepare-data`"):
        load_labels(PACKED_IMAGES, "train")


def test_the_card_tells_which_labels_they_are(workspace: Path) -> None:
    import hashlib

    coloured(workspace / "here", {"ant": 10, "bee": 10})
    found = images(workspace, "folder", labels=True, folder="here")
    for name in ("train", "test"):
        labels = np.load(PACKED_IMAGES / "labels" / f"{name}.npy")
        assert found["labels"][name]["sha256"] == hashlib.sha256(labels.tobytes()).hexdigest()
    assert json.loads((workspace / "reports" / "dcgan" / "data.json").read_text()) == found
