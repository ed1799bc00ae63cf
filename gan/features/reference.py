"""Features of real images on disk: float32, and memory-mapped, so that they may be larger than the memory."""

from pathlib import Path

import numpy as np

from gan.core.arrays import map_array
from gan.features.features import Extractor, Features
from gan.records.cards import read_card, write_card


def write_features(folder: Path, name: str, features: Features) -> None:
    """Write one set's features (N, D)."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / f"{name}.npy", features)


def read_features(folder: Path, name: str) -> Features:
    """Memory-map one set's features, float32 (N, D); raises as `map_array`."""
    features: Features = map_array(folder / f"{name}.npy", np.float32, 2, "reference")
    return features


def write_reference_card(folder: Path, extractor: Extractor) -> None:
    """Record which network computed the features in a folder: the SHA-256 of its weights, and its precision."""
    write_card(folder, {"extractor_sha256": extractor.sha256, "precision": extractor.precision})


def read_reference_card(folder: Path) -> dict[str, str]:
    """The `extractor_sha256` and the `precision` of the network that computed the features; raises as `read_card`."""
    return read_card(folder, {"extractor_sha256": str, "precision": str}, "reference")
