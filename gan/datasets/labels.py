"""The classes of images as numbers, for class-conditional training.

An image's class is the outermost folder of its name in the source, so the manifest of a packing holds all labels.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from gan.datasets.collection import class_of, shown
from gan.datasets.writer import MANIFEST
from gan.run.errors import DataError
from gan.run.paths import LABELS

PARAM = "prepare_data.images.labels"
NAMED = 5  # classes that an error names


def classes_of(sets: Mapping[str, Sequence[str]]) -> list[str]:
    """The classes of the training images, sorted by name: the label of a class is its position.

    Args:
        sets: `train`, and `test` if it is known: the names of the images.

    Raises:
        DataError: an image lies in no class, there are fewer than two classes, or a test image is of a class without a
            training image.
    """
    found = {name: {class_of(image) for image in images} for name, images in sets.items()}
    loose = next((image for images in sets.values() for image in images if class_of(image) == "."), None)
    if loose is not None:
        raise DataError(f"{PARAM}: {shown(loose)} lies in no class; sort images into folders, or set it false")
    if len(found["train"]) < 2:
        raise DataError(f"{PARAM}: all training images are of {_listed(found['train'])}; add classes, or set it false")
    if unseen := found.get("test", set()) - found["train"]:
        raise DataError(
            f"{PARAM}: test has images of {_listed(unseen)}, train has none; add some, or name the others in `classes`"
        )
    return sorted(found["train"])


def write_labels(packing: Path, target: Path) -> dict[str, Any]:
    """Write target/labels/<set>.npy, int64 (N,), in the order of the packed images.

    Args:
        packing: the folder of the manifest.

    Returns:
        `classes` and `labels` of the dataset's card: the classes in order; set → how many images are of each class, and
        the SHA-256 of the labels.

    Raises:
        DataError: as `classes_of`; after packing, since images are rejected and drawn.
    """
    names = _packed(packing / MANIFEST)
    classes = classes_of(names)
    label = {one: index for index, one in enumerate(classes)}
    (target / LABELS).mkdir()
    described = {}
    for home, images in sorted(names.items()):
        labels = np.array([label[class_of(image)] for image in images], np.int64)
        np.save(target / LABELS / f"{home}.npy", labels)
        counts = np.bincount(labels, minlength=len(classes)).tolist()
        of_class = {shown(one): count for one, count in zip(classes, counts, strict=True)}
        described[home] = {"counts": of_class, "sha256": sha256(labels.tobytes()).hexdigest()}
    return {"classes": [shown(one) for one in classes], "labels": described}


def _packed(manifest: Path) -> dict[str, list[str]]:
    """Set → the names of its images, in order."""
    names: dict[str, list[str]] = {}
    with manifest.open(encoding="utf-8") as file:
        next(file)  # the header
        for line in file:
            home, name, *_ = line.split("\t")
            names.setdefault(home, []).append(json.loads(name))
    return names


def _listed(classes: set[str]) -> str:
    some = sorted(classes)
    return shown(", ".join(some[:NAMED])) + ", …" * (len(some) > NAMED)
