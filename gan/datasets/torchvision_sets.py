"""Datasets that torchvision reads from their official files: MNIST and its kin, SVHN, CIFAR-10, STL-10.

torchvision knows the formats, addresses and checksums. We find local copies and download files ourselves, because
torchvision does not continue a download that broke off, and expects files in the folders that it would create.
"""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from torchvision import datasets

from gan.core.images import Uint8
from gan.datasets.archive import unpacking
from gan.datasets.arrays import BORDER, from_arrays
from gan.datasets.collection import Collection
from gan.datasets.official import Official
from gan.run.download import Remote
from gan.run.errors import DataError

Sets = dict[str, Collection]


def mnist(official: Official, scratch: Path, kind: type[datasets.MNIST] = datasets.MNIST) -> Sets:
    """MNIST, Fashion-MNIST or KMNIST: four idx files, gzipped or not. A black border makes the images 32×32."""
    raw = scratch / kind.__name__ / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for name, md5 in kind.resources:
        plain = name.removesuffix(".gz")
        urls = tuple(f"{mirror}{name}" for mirror in kind.mirrors)
        found = official.find(plain) or official.get(Remote(name, urls, f"md5:{md5}"))
        with (
            unpacking(found),
            gzip.open(found) if found.suffix == ".gz" else found.open("rb") as source,
            (raw / plain).open("wb") as copy,
        ):
            shutil.copyfileobj(source, copy)
    sets = {"train": _read(official, kind, scratch, train=True), "test": _read(official, kind, scratch, train=False)}
    names = [name.split(" - ")[0] for name in kind.classes]  # MNIST calls them "0 - zero"
    return {
        name: from_arrays(one.data.numpy(), [names[label] for label in one.targets.tolist()], BORDER)
        for name, one in sets.items()
    }


def fashion_mnist(official: Official, scratch: Path) -> Sets:
    return mnist(official, scratch, datasets.FashionMNIST)


def kmnist(official: Official, scratch: Path) -> Sets:
    return mnist(official, scratch, datasets.KMNIST)


def svhn(official: Official, _: Path) -> Sets:
    """Street View house numbers, cropped, 32×32; without `extra`."""
    sets = {}
    for split in ("train", "test"):
        url, name, md5 = datasets.SVHN.split_list[split]
        path = official.get(Remote(name, (url,), f"md5:{md5}"))
        one = _read(official, datasets.SVHN, path.parent, split=split)
        sets[split] = from_arrays(one.data.transpose(0, 2, 3, 1), [str(label) for label in one.labels])
    return sets


def cifar10(official: Official, _: Path) -> Sets:
    """CIFAR-10, 32×32. Its files are pickles: torchvision opens them after their checksums agree."""
    kind = datasets.CIFAR10
    root = official.get_folder(kind.base_folder, _archive(kind)).parent
    sets = {"train": _read(official, kind, root, train=True), "test": _read(official, kind, root, train=False)}
    return {name: from_arrays(one.data, [one.classes[label] for label in one.targets]) for name, one in sets.items()}


def stl10(official: Official, _: Path) -> Sets:
    """STL-10, 96×96. As GANs use it, `train` also has the unlabelled images, with the class `unlabeled`."""
    kind = datasets.STL10
    root = official.get_folder(kind.base_folder, _archive(kind)).parent
    sets = {}
    for name, split in (("train", "train+unlabeled"), ("test", "test")):
        one = _read(official, kind, root, split=split)
        names = [*one.classes, "unlabeled"]  # its label is -1
        images: Uint8 = np.transpose(one.data, (0, 2, 3, 1))
        sets[name] = from_arrays(images, [names[label] for label in one.labels])
    return sets


SOURCES: dict[str, Callable[[Official, Path], Sets]] = {
    "mnist": mnist,
    "fashion_mnist": fashion_mnist,
    "kmnist": kmnist,
    "svhn": svhn,
    "cifar10": cifar10,
    "stl10": stl10,
}


def _archive(kind: Any) -> Remote:
    return Remote(kind.filename, (kind.url,), f"md5:{kind.tgz_md5}")


def _read(official: Official, kind: Any, root: Path, **split: Any) -> Any:
    try:
        return kind(str(root), **split)
    # On bytes of another format, the readers raise any of these.
    except (RuntimeError, ValueError, OSError, EOFError, LookupError, TypeError, AssertionError) as error:
        raise DataError(
            f"{official.source}: the files in {root} are not the official ones or are damaged "
            f"({str(error) or type(error).__name__}); delete them to have them downloaded again"
        ) from error
