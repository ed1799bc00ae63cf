"""Features of real images on disk: float32, and memory-mapped, so that they may be larger than the memory."""

import json
from pathlib import Path

import numpy as np

from gan.features.features import Extractor, Features
from gan.run.errors import DataError
from gan.run.paths import CARD


def write_features(folder: Path, name: str, features: Features) -> None:
    """Write one set's features (N, D)."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / f"{name}.npy", features)


def read_features(folder: Path, name: str) -> Features:
    """Memory-map one set's features (N, D).

    Raises:
        DataError: they are not there.
    """
    path = folder / f"{name}.npy"
    try:
        features: Features = np.load(path, mmap_mode="r")
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing; `dvc repro reference` makes it") from error
    return features


def write_reference_card(folder: Path, extractor: Extractor) -> None:
    """Record which network computed the features in a folder: the SHA-256 of its weights, and its precision."""
    card = {"extractor_sha256": extractor.sha256, "precision": extractor.precision}
    (folder / CARD).write_text(json.dumps(card, indent=2) + "\n")


def read_reference_card(folder: Path) -> dict[str, str]:
    """The `extractor_sha256` and the `precision` of the network that computed the features in a folder.

    Raises:
        DataError: there is no card.
    """
    try:
        card: dict[str, str] = json.loads((folder / CARD).read_text())
    except FileNotFoundError as error:
        raise DataError(f"{folder / CARD} is missing; `dvc repro reference` makes it") from error
    return card
