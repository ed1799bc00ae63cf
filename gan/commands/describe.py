"""Statistics of a packed dataset, and its duplicate images."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gan.core.images import Images, Uint8
from gan.loading.packed import load_images, sets
from gan.records.dataset import read_dataset_card
from gan.records.tables import read_table
from gan.run.errors import DataError
from gan.run.progress import Progress

BATCH = 1024  # images read at once


@dataclass(frozen=True)
class SetDescription:
    """Statistics of one set.

    Args:
        mean: the mean image, (H, W, C) in [0, 255].
        originals: name in the source, and width, height and mode before packing, of each image in the set's order.
        digests: a hash of each image's pixels.
    """

    name: str
    images: Images
    mean: NDArray[np.float64]
    deviation: float  # of all pixel values around their mean
    originals: pd.DataFrame
    digests: NDArray[np.bytes_]

    @property
    def names(self) -> "pd.Series[str]":
        return self.originals["name"]

    def row(self) -> dict[str, Any]:
        """The set as a row of a table: column → value."""
        count, height, width, channels = self.images.shape
        shorter = self.originals[["width", "height"]].min(axis=1)
        modes = self.originals["mode"].value_counts()
        return {
            "set": self.name,
            "images": count,
            "size": f"{width}×{height}",
            "channels": channels,
            "mean": round(float(self.mean.mean()), 1),
            "deviation": round(self.deviation, 1),
            "shorter side before": "–".join(str(value) for value in sorted({shorter.min(), shorter.max()})),
            "enlarged": int((shorter < min(width, height)).sum()),
            "modes before": ", ".join(f"{mode} {number}" for mode, number in modes.items()),
            "duplicates": count - len(np.unique(self.digests)),
        }


def describe(folder: Path) -> list[SetDescription]:
    """Every set that prepare-data packed into the folder, `test…` after `train…`.

    Raises:
        DataError: there is none.
    """
    read_dataset_card(folder)
    columns = ["set", "name", "width", "height", "mode"]
    path = folder / "manifest.tsv"
    sizes = ["width", "height"]
    manifest = read_table(path, columns, "prepare-data", sizes, sep="\t", quoting=3, keep_default_na=False)
    names = sorted(sets(folder), key=lambda name: (name[-1] if name[-1] in "AB" else "", not name.startswith("train")))
    return [_describe(folder, name, manifest[manifest["set"] == name]) for name in names]


def shared(one: SetDescription, other: SetDescription) -> list[tuple[str, str]]:
    """Pairs of names, one of each set, of images with the same pixels."""
    _, at, at_other = np.intersect1d(one.digests, other.digests, return_indices=True)
    return sorted(zip(one.names.iloc[at], other.names.iloc[at_other], strict=True))


def leaks(found: list[SetDescription]) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """For each training set that shares images with its test set: the names of both, and the pairs (see `shared`)."""
    by_name = {one.name: one for one in found}
    for name in by_name:
        test = name.replace("train", "test")
        if name.startswith("train") and test in by_name and (both := shared(by_name[test], by_name[name])):
            yield test, name, both


def _describe(folder: Path, name: str, originals: pd.DataFrame) -> SetDescription:
    images = load_images(folder, name)
    if len(originals) != len(images):
        listed, there = len(originals), len(images)
        raise DataError(f"{folder}: its manifest lists {listed} images of {name}, its arrays hold {there}")
    total = np.zeros(images.shape[1:])
    squares = 0.0
    digests = []
    with Progress(name, len(images), "images") as progress:
        for first in range(0, len(images), BATCH):
            batch = images[first : first + BATCH]
            total += batch.sum(axis=0, dtype=np.float64)
            squares += float(np.square(batch, dtype=np.float64).sum())
            digests += [_digest(image) for image in batch]
            progress.advance(len(batch))
    mean = total / len(images)
    variance = squares / (len(images) * mean.size) - mean.mean() ** 2
    return SetDescription(name, images, mean, max(variance, 0.0) ** 0.5, originals, np.array(digests))


def _digest(image: Uint8) -> bytes:
    return blake2b(np.ascontiguousarray(image).data, digest_size=16).hexdigest().encode()
