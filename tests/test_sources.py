"""Every source, from its official files, made small, to packed sets; the files are found locally or downloaded."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from torchvision import datasets

from gan.datasets import cyclegan_sets, earth, torchvision_sets
from gan.datasets.licences import LICENCES
from gan.params.prepare_data import DomainSource, ImageSource
from gan.run.download import Remote
from gan.run.errors import DataError
from tests import official_files
from tests.bad_files import photo
from tests.preparing import as_set, counts, images, of
from tests.web import Web, running, serve


@pytest.fixture
def web() -> Iterator[Web]:
    with running() as one:
        yield one


KIN = {"mnist": datasets.MNIST, "fashion_mnist": datasets.FashionMNIST, "kmnist": datasets.KMNIST}


@pytest.mark.parametrize("source", KIN)
@pytest.mark.parametrize("packed", [True, False], ids=["gz", "plain"])
@pytest.mark.parametrize("below", ["", "raw", "MNIST/raw"])
def test_mnist_and_its_kin_wherever_they_lie(workspace: Path, source: str, packed: bool, below: str) -> None:
    """In the folders of a Debian package or of torchvision, or where a user downloads them by hand."""
    official_files.mnist(workspace / "here" / below, packed)
    found = images(workspace, source, folder="here", channels=1)
    assert counts(found) == {"train": 20, "test": 10}
    bordered = np.pad(official_files.pixels(20, 28, 28), [(0, 0), (2, 2), (2, 2)])
    assert as_set(of(workspace, "train")) == as_set(bordered)
    assert found["split"].startswith("the source's own")


def test_only_what_is_missing_is_downloaded(workspace: Path, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    official_files.mnist(workspace / "here", packed=True)
    missing = "t10k-labels-idx1-ubyte.gz"
    content = (workspace / "here" / missing).read_bytes()
    (workspace / "here" / missing).unlink()
    resources = [
        (name, official_files.md5(content) if name == missing else md5) for name, md5 in datasets.MNIST.resources
    ]
    monkeypatch.setattr(datasets.MNIST, "resources", resources)
    web.answers[f"/mnist/{missing}"] = serve(content)
    assert counts(images(workspace, "mnist", (web.url,), folder="here")) == {"train": 20, "test": 10}
    assert web.log == [(f"/mnist/{missing}", "")]
    assert (workspace / "data" / "downloads" / "mnist" / missing).is_file()


def test_a_class_is_called_as_the_dataset_does(workspace: Path) -> None:
    official_files.mnist(workspace / "here", packed=True)
    assert counts(images(workspace, "fashion_mnist", folder="here", classes=["T-shirt-top", "Bag"])) == {
        "train": 4,
        "test": 2,
    }
    with pytest.raises(DataError, match=r"classes: no image of Coats; there are Ankle boot, Bag, Coat, Dress"):
        images(workspace, "fashion_mnist", folder="here", classes=["Coats"])


def test_svhn(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    official_files.svhn(workspace / "here", monkeypatch)
    assert counts(images(workspace, "svhn", folder="here")) == {"train": 20, "test": 10}
    assert as_set(of(workspace, "train")) == as_set(official_files.pixels(20, 32, 32, 3))
    assert counts(images(workspace, "svhn", folder="here", classes=["0"])) == {"train": 2, "test": 1}


@pytest.mark.parametrize("place", ["archive", "unpacked", "web"])
def test_cifar10(workspace: Path, web: Web, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    archive = official_files.cifar10(monkeypatch)
    (workspace / "here").mkdir()
    if place == "web":
        web.answers["/cifar10/cifar-10-python.tar.gz"] = serve(archive)
    else:
        (workspace / "here" / "cifar-10-python.tar.gz").write_bytes(archive)
    if place == "unpacked":
        shutil.unpack_archive(workspace / "here" / "cifar-10-python.tar.gz", workspace / "here")
        (workspace / "here" / "cifar-10-python.tar.gz").unlink()
    found = images(workspace, "cifar10", (web.url,), folder="here")
    assert counts(found) == {"train": 50, "test": 10}
    expected = np.concatenate([official_files.pixels(10, 32, 32, 3, seed=seed) for seed in range(5)])
    assert as_set(of(workspace, "train")) == as_set(expected)
    assert counts(images(workspace, "cifar10", folder="here", classes=["frog", "cat"])) == {"train": 10, "test": 2}


@pytest.mark.parametrize(("packed", "content"), [(True, b"\x1f\x8b"), (True, b"no gzip"), (False, b"no idx file")])
def test_a_damaged_file_is_named(workspace: Path, packed: bool, content: bytes) -> None:
    official_files.mnist(workspace / "here", packed)
    bad = next((workspace / "here").glob("t10k-images*"))
    bad.write_bytes(content)
    with pytest.raises(DataError, match=rf"here/{bad.name} cannot be unpacked|mnist: the files in .* are damaged"):
        images(workspace, "mnist", folder="here")


def test_files_with_another_checksum_are_not_opened(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CIFAR's files are pickles, which can run any code."""
    (workspace / "here").mkdir()
    (workspace / "here" / "cifar-10-python.tar.gz").write_bytes(official_files.cifar10(monkeypatch))
    monkeypatch.setattr(datasets.CIFAR10, "test_list", [["test_batch", "0" * 32]])
    with pytest.raises(DataError, match=r"cifar10: the files in .* are not the official ones or are damaged"):
        images(workspace, "cifar10", folder="here")


def test_stl10(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = official_files.stl10(monkeypatch)
    (workspace / "here").mkdir()
    (workspace / "here" / "stl10_binary.tar.gz").write_bytes(archive)
    found = images(workspace, "stl10", folder="here", image_size=128)
    assert counts(found) == {"train": 15, "test": 10}
    assert counts(images(workspace, "stl10", folder="here", classes=["cat"])) == {"train": 1, "test": 1}
    assert counts(images(workspace, "stl10", folder="here", classes=["cat", "unlabeled"], limit=4)) == {
        "train": 4,
        "test": 1,
    }


def test_a_wrong_file_among_the_downloads_is_not_taken(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    official_files.cifar10(monkeypatch)
    (workspace / "data" / "downloads" / "cifar10").mkdir(parents=True)
    (workspace / "data" / "downloads" / "cifar10" / "cifar-10-python.tar.gz").write_bytes(b"something else")
    with pytest.raises(DataError, match=r"cifar-10-python.tar.gz is not the file it should be .*delete it"):
        images(workspace, "cifar10")


def test_imagenet(workspace: Path) -> None:
    for split, count in (("train", 6), ("val", 2)):
        for name in ("n01440764", "n01443537"):
            (workspace / "here" / split / name).mkdir(parents=True)
            for index in range(count):
                photo(index, (50, 40)).save(workspace / "here" / split / name / f"{name}_{index}.JPEG")
    assert counts(images(workspace, "imagenet", folder="here")) == {"train": 12, "test": 4}
    assert counts(images(workspace, "imagenet", folder="here", classes=["n01443537"])) == {"train": 6, "test": 2}
    shutil.rmtree(workspace / "here" / "val")
    assert counts(images(workspace, "imagenet", folder="here")) == {"train": 8, "test": 4}
    with pytest.raises(DataError, match=r"imagenet: there is no train in .*ImageNet asks for an account"):
        images(workspace, "imagenet")


def test_a_folder_is_split_by_seed(workspace: Path) -> None:
    for index in range(12):
        (workspace / "here" / f"class{index % 2}").mkdir(parents=True, exist_ok=True)
        photo(index).save(workspace / "here" / f"class{index % 2}" / f"{index}.png")
    found = images(workspace, "folder", folder="here")
    assert counts(found) == {"train": 8, "test": 4}
    assert not as_set(of(workspace, "train")) & as_set(of(workspace, "test"))
    assert counts(images(workspace, "folder", folder="here", classes=["class1"])) == {"train": 2, "test": 4}
    with pytest.raises(DataError, match="test_count 11 leaves nothing to train on: there are 12 images"):
        images(workspace, "folder", folder="here", test_count=11)


def test_a_copy_of_the_repository_finds_what_git_does_not_track(
    workspace: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`dvc exp run --temp` and the queue run in another folder, and DVC_ROOT names the main repository."""
    official_files.mnist(workspace / "here", packed=True)
    copy = tmp_path_factory.mktemp("copy")
    monkeypatch.chdir(copy)
    monkeypatch.setenv("DVC_ROOT", str(workspace))
    assert counts(images(copy, "mnist", folder="here")) == {"train": 20, "test": 10}
    assert not (copy / "data" / "downloads").exists()


def test_a_home_that_is_not_there_is_named(workspace: Path) -> None:
    with pytest.raises(DataError, match="nowhere is no folder; give the one that holds the files of mnist, or null"):
        images(workspace, "mnist", folder="nowhere")


def test_the_params_name_the_sources_that_there_are() -> None:
    named = {model: set(get_args(model.model_fields["source"].annotation)) for model in (ImageSource, DomainSource)}
    maps = {source for source, maps in earth.SOURCES.items() if len(maps) == 2}
    alone = {*earth.SOURCES} - maps
    assert named[ImageSource] == {*torchvision_sets.SOURCES, *alone, "mnist5k", "celeba", "lsun", "imagenet", "folder"}
    assert named[DomainSource] == {*maps, *cyclegan_sets.SOURCES, "folder"}
    assert named[ImageSource] | named[DomainSource] == {*LICENCES, *earth.SOURCES}, "the maps have their own licences"


def test_checksums_are_of_the_right_kind() -> None:
    assert all(len(one.sha256) == 64 for one in cyclegan_sets.SOURCES.values())
    assert Remote("x", (), "md5:0").digest.partition(":")[0] in ("md5", "sha256")
