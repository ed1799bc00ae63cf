"""Generated images on disk: an array file for each checkpoint and output, and one card that describes them."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan.core.arrays import map_array
from gan.core.images import Uint8
from gan.records.cards import read_card, write_card
from gan.run.errors import DataError
from gan.run.paths import CARD, LABELS, SAMPLES

ONLY = "arr_0"  # the array of a model that has one output, as the ADM evaluator calls it
START = "start"  # takes the place of a checkpoint's name for the samples of an untrained model


@dataclass(frozen=True)
class Output:
    """One kind of image that a model makes.

    Args:
        target: the domain that it should resemble; its real images are the sets `train<target>` and `test<target>`.
        source: the domain whose test images it was made from, or None if it was made from noise.
        back: the name of the array with the same images translated back to `source`, or None.
    """

    target: str = ""
    source: str | None = None
    back: str | None = None


@dataclass(frozen=True)
class SamplesCard:
    """What the samples of a model are.

    Args:
        outputs: output → what it should resemble.
        made: checkpoint → how its images were made.
    """

    outputs: dict[str, Output]
    made: dict[str, dict[str, Any]]


def write_samples(model: str, checkpoint: str, arrays: dict[str, Uint8]) -> None:
    """Write data/samples/<model>/<checkpoint>/<array>.npy for each array (N, H, W, C)."""
    folder = SAMPLES / model / checkpoint
    folder.mkdir(parents=True, exist_ok=True)
    for name, images in arrays.items():
        np.save(folder / f"{name}.npy", images)


def read_samples(model: str, checkpoint: str, array: str) -> Uint8:
    """Memory-map one array, uint8 (N, H, W, C); raises as `map_array`."""
    images: Uint8 = map_array(SAMPLES / model / checkpoint / f"{array}.npy", np.uint8, 4, "sample")
    return images


def write_labels(model: str, checkpoint: str, labels: NDArray[np.int64]) -> None:
    """Write data/samples/<model>/<checkpoint>/labels.npy: the class that each image was asked to show, int64 (N,)."""
    np.save(SAMPLES / model / checkpoint / f"{LABELS}.npy", labels)


def read_labels(model: str, checkpoint: str) -> NDArray[np.int64] | None:
    """What `write_labels` wrote; None if there is nothing, as for an unconditional model. Raises as `map_array`."""
    path = SAMPLES / model / checkpoint / f"{LABELS}.npy"
    return map_array(path, np.int64, 1, "sample") if path.exists() else None


def write_samples_card(model: str, card: SamplesCard) -> None:
    """Write the card beside the samples."""
    write_card(SAMPLES / model, asdict(card))


def read_samples_card(model: str) -> SamplesCard:
    """The card of a model's samples.

    Raises:
        DataError: there is none, or it is of another version of this program.
    """
    folder = SAMPLES / model
    found = read_card(folder, {"outputs": dict, "made": dict}, "sample")
    try:
        return SamplesCard({name: Output(**one) for name, one in found["outputs"].items()}, found["made"])
    except (TypeError, AttributeError) as error:
        raise DataError(f"{folder / CARD} is of another version ({error}); `dvc repro sample` makes it") from error
