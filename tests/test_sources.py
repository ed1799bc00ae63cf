"""Every source, from its official files made small to packed sets: found where they lie, or downloaded over HTTP."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from torchvision import datasets

from gan.core.data_params import Domains, Images, PrepareData
from gan.core.download import Remote
from gan.core.errors import DataError
from gan.core.images import Uint8
from gan.data.packed import load_images
from gan.datasets import cyclegan_sets, earth, torchvision_sets
from gan.datasets.prepare import Preparation
from tests import official_files, tiny
from tests.bad_files import photo
from tests.web import Web, running, serve


@pytest.fixture
def web() -> Iterator[Web]:
    with running() as one:
        yield one


def block(part: str, mirrors: tuple[str, ...] = (), **changes: Any) -> PrepareData:
    """The params of prepare-data, of which `part` is images or domains."""
    values = tiny.values()["prepare_data"]
    values[part] |= {"limit": None, "image_size": 32} | changes
    values["work"] |= {"mirrors": list(mirrors)}
    return PrepareData.model_validate(values)


def images(workspace: Path, source: str, mirrors: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    """The card of what prepare-data makes of a source in data/images."""
    changes = {"channels": 3, "test_count": 4} | changes
    params = block("images", mirrors, source=source, **changes)
    Preparation(params, workspace / ".state", 60.0).images(workspace / "images")
    return card(workspace / "images")


def card(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "card.json").read_text())
    return found


def counts(found: dict[str, Any]) -> dict[str, int]:
    return {name: one["count"] for name, one in found["sets"].items()}


def as_set(whole: Uint8) -> set[bytes]:
    return {image.tobytes() for image in whole}


def of(workspace: Path, name: str) -> Uint8:
    return load_images(workspace / "images", name)[:]


KIN = {"mnist": datasets.MNIST, "fashion_mnist": datasets.FashionMNIST, "kmnist": datasets.KMNIST}


@pytest.mark.parametrize("source", KIN)
@pytest.mark.parametrize("packed", [True, False], ids=["gz", "plain"])
@pytest.mark.parametrize("below", ["", "raw", "MNIST/raw"])
def test_mnist_and_its_kin_wherever_they_lie(workspace: Path, source: str, packed: bool, below: str) -> None:
    """As a Debian package has them, as torchvision leaves them, or as one downloads them by hand."""
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


@pytest.mark.parametrize("place", ["web", "zip", "folder"])
def test_celeba(workspace: Path, web: Web, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    files = official_files.celeba(monkeypatch)
    home = workspace / "here" / "celeba"
    home.mkdir(parents=True)
    for name, content in files.items():
        if place == "web":
            web.answers[f"/celeba/{name}"] = serve(content)
        else:
            (home / name).write_bytes(content)
    if place == "folder":
        shutil.unpack_archive(home / "img_align_celeba.zip", home)
        (home / "img_align_celeba.zip").unlink()
        (home / "list_eval_partition.txt").unlink()
    found = images(workspace, "celeba", (web.url,), folder="here")
    assert counts(found) == ({"train": 8, "test": 4} if place == "folder" else {"train": 6, "test": 4})
    assert ("own" in found["split"]) == (place != "folder")


def test_a_wrong_file_among_the_downloads_is_not_taken(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    official_files.cifar10(monkeypatch)
    (workspace / "data" / "downloads" / "cifar10").mkdir(parents=True)
    (workspace / "data" / "downloads" / "cifar10" / "cifar-10-python.tar.gz").write_bytes(b"something else")
    with pytest.raises(DataError, match=r"cifar-10-python.tar.gz is not the file it should be .*delete it"):
        images(workspace, "cifar10")


def test_lsun(workspace: Path) -> None:
    (workspace / "here").mkdir()
    for name, count in (("bedroom", 12), ("church_outdoor", 8)):
        official_files.lsun(workspace / "here", name, count)
    found = images(workspace, "lsun", folder="here", classes=["church_outdoor", "bedroom"])
    assert counts(found) == {"train": 16, "test": 4}
    manifest = (workspace / "images" / "manifest.tsv").read_text().splitlines()
    names = [line.split("\t")[1].split("/")[0] for line in manifest]
    assert (names.count('"bedroom'), names.count('"church_outdoor')) == (12, 8)
    with pytest.raises(DataError, match="lsun wants the classes by name"):
        images(workspace, "lsun", folder="here")
    with pytest.raises(DataError, match=r"lsun: there is no tower_train_lmdb or tower_train_lmdb.zip in here or data"):
        images(workspace, "lsun", folder="here", classes=["tower"])


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
    """As `dvc exp run --temp` and the queue run it: elsewhere, DVC_ROOT names the main repository."""
    official_files.mnist(workspace / "here", packed=True)
    copy = tmp_path_factory.mktemp("copy")
    monkeypatch.chdir(copy)
    monkeypatch.setenv("DVC_ROOT", str(workspace))
    assert counts(images(copy, "mnist", folder="here")) == {"train": 20, "test": 10}
    assert not (copy / "data").exists()


def test_a_home_that_is_not_there_is_named(workspace: Path) -> None:
    with pytest.raises(DataError, match="nowhere is no folder; give the one that holds the files of mnist, or null"):
        images(workspace, "mnist", folder="nowhere")


def domains(workspace: Path, source: str, mirrors: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    params = block("domains", mirrors, source=source, **changes)
    Preparation(params, workspace / ".state", 60.0).domains(workspace / "domains")
    return card(workspace / "domains")


def paper_set(names: dict[str, list[str]]) -> bytes:
    """A zip as the authors make it: one folder, four below."""
    files = {}
    for split, files_of_it in names.items():
        for index, name in enumerate(files_of_it):
            files[f"set/{split}/{name}"] = official_files.jpeg(index, (40, 40))
    return official_files.zipped(files)


def of_four(count: int) -> dict[str, list[str]]:
    return {
        f"{split}{domain}": [f"{index}_{domain}.jpg" for index in range(count)]
        for split in ("train", "test")
        for domain in "AB"
    }


@pytest.mark.parametrize(("source", "aligned"), [("horse2zebra", False), ("maps", True)])
@pytest.mark.parametrize("place", ["web", "zip", "folder"])
def test_the_papers_sets(
    workspace: Path, web: Web, monkeypatch: pytest.MonkeyPatch, source: str, aligned: bool, place: str
) -> None:
    content = paper_set(of_four(6))
    digest = sha256(content).hexdigest()
    monkeypatch.setitem(cyclegan_sets.SOURCES, source, cyclegan_sets.Published(digest, aligned))
    (workspace / "here").mkdir()
    web.answers[f"/{source}/{source}.zip"] = serve(content)
    if place != "web":
        web.answers.clear()
        (workspace / "here" / f"{source}.zip").write_bytes(content)
    if place == "folder":
        with zipfile.ZipFile(workspace / "here" / f"{source}.zip") as archive:
            archive.extractall(workspace)
        shutil.move(workspace / "set", workspace / "here" / source)
        (workspace / "here" / f"{source}.zip").unlink()
    found = domains(workspace, source, (web.url,), folder="here")
    assert counts(found) == {"testA": 6, "testB": 6, "trainA": 6, "trainB": 6}
    assert found["aligned"] is aligned


def test_domains_of_other_channels_and_no_more_than_the_limit(workspace: Path) -> None:
    with zipfile.ZipFile(workspace / "own.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    (workspace / "own.zip").write_bytes(paper_set(of_four(9)))
    found = domains(workspace, "folder", folder="own.zip", channels={"a": 3, "b": 1}, limit=5, aligned=True)
    assert found["sets"]["trainA"] == {"count": 5, "shape": [32, 32, 3]}
    assert found["sets"]["trainB"] == {"count": 5, "shape": [32, 32, 1]}
    assert found["preprocessing"]["B"].count("greyscale") == 1


def test_an_aligned_pair_is_lost_together(workspace: Path) -> None:
    (workspace / "own.zip").write_bytes(paper_set(of_four(9)))
    shutil.unpack_archive(workspace / "own.zip", workspace)
    (workspace / "set" / "testB" / "4_B.jpg").write_bytes(b"broken")
    found = domains(workspace, "folder", folder="set", aligned=True, max_rejected=0.1)
    assert counts(found) == {"testA": 8, "testB": 8, "trainA": 9, "trainB": 9}
    names = [line.split("\t") for line in (workspace / "domains" / "manifest.tsv").read_text().splitlines()[1:]]
    pairs = [[cells[1].strip('"')[0] for cells in names if cells[0] == f"test{domain}"] for domain in "AB"]
    assert pairs[0] == pairs[1] == list("01235678")


def test_the_params_name_the_sources_that_there_are() -> None:
    named = {model: set(get_args(model.model_fields["source"].annotation)) for model in (Images, Domains)}
    assert named[Images] == {*torchvision_sets.SOURCES, "mnist5k", "celeba", "lsun", "imagenet", "folder"}
    assert named[Domains] == {*earth.SOURCES, *cyclegan_sets.SOURCES, "folder"}


def test_checksums_are_of_the_right_kind() -> None:
    assert all(len(one.sha256) == 64 for one in cyclegan_sets.SOURCES.values())
    assert Remote("x", (), "md5:0").digest.partition(":")[0] in ("md5", "sha256")
