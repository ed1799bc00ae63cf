"""Read packed images: memory-mapped arrays, one file for each set, or several if a set is large."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan.core.arrays import map_array
from gan.core.images import Images, Uint8
from gan.run.errors import DataError
from gan.run.paths import CARD, LABELS


class Shards:
    """Several arrays (n, H, W, C) on disk as one (N, H, W, C), indexed by slices or arrays of indices in [0, N)."""

    def __init__(self, parts: list[Uint8]) -> None:
        self.parts = parts
        self.starts = np.cumsum([0, *(len(part) for part in parts)])
        self.shape: tuple[int, ...] = (int(self.starts[-1]), *parts[0].shape[1:])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, chosen: slice | NDArray[np.intp]) -> Uint8:
        indices = np.arange(*chosen.indices(len(self))) if isinstance(chosen, slice) else np.asarray(chosen)
        homes = np.searchsorted(self.starts, indices, side="right") - 1
        images = np.empty((len(indices), *self.shape[1:]), np.uint8)
        for home in np.unique(homes):
            here = homes == home
            images[here] = self.parts[home][indices[here] - self.starts[home]]
        return images


def sets(folder: Path) -> list[str]:
    """The names of the sets packed there, sorted."""
    return sorted({path.stem.partition("-")[0] for path in folder.glob("*.npy")})


def load_images(folder: Path, name: str) -> Images:
    """Memory-map one packed set, uint8 (N, H, W, C); raises as `map_array`."""
    paths = sorted(folder.glob(f"{name}-*.npy")) or [folder / f"{name}.npy"]
    parts: list[Uint8] = [map_array(path, np.uint8, 4, "prepare-data") for path in paths]
    return parts[0] if len(parts) == 1 else Shards(parts)


def has_labels(folder: Path) -> bool:
    """Whether the classes of the images are packed with them."""
    return (folder / LABELS).is_dir()


def load_labels(folder: Path, name: str) -> NDArray[np.int64]:
    """The class of each image of a packed set, int64 (N,) in [0, classes); every class has a training image.

    Raises:
        DataError: the dataset was packed without labels, or the file is missing or damaged.
    """
    if not has_labels(folder):
        raise DataError(f"{folder} holds no labels; prepare_data.images.labels: true keeps them")
    path = folder / LABELS / f"{name}.npy"
    labels: NDArray[np.int64] = map_array(path, np.int64, 1, "prepare-data")
    if len(labels) != (images := len(load_images(folder, name))):
        raise DataError(f"{path} holds {len(labels)} labels of {images} images; `dvc repro -f prepare-data` packs them")
    return np.array(labels)


def load_classes(folder: Path) -> list[str]:
    """The names of the classes, each at the position that its labels say, from the dataset's card.

    Raises:
        DataError: the dataset was packed without labels, or its card is missing or damaged.
    """
    path = folder / CARD
    try:
        classes: list[str] = json.loads(path.read_bytes())["classes"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise DataError(
            f"{path} names no classes ({type(error).__name__}); prepare_data.images.labels: true keeps them, and "
            f"`dvc checkout --force {folder}` restores a damaged card"
        ) from error
    return classes
