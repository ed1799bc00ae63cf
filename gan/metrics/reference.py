"""Features of real images on disk: float32, as networks give them, and memory-mapped, so that any number fits."""

from pathlib import Path

import numpy as np

from gan.core.errors import DataError
from gan.metrics.features import Features


def write_features(folder: Path, name: str, features: Features) -> None:
    """Write one set's features (N, D)."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / f"{name}.npy", features)


def read_features(folder: Path, name: str) -> Features:
    """Map one set's features (N, D).

    Raises:
        DataError: they are not there.
    """
    path = folder / f"{name}.npy"
    try:
        features: Features = np.load(path, mmap_mode="r")
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing; `dvc repro reference` makes it") from error
    return features
