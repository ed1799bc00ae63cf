"""Generated images on disk: one .npz for each checkpoint, in the format of the ADM evaluator, and one card."""

import json
import zipfile
from typing import Any

import numpy as np

from gan.core.images import Uint8
from gan.run.errors import DataError
from gan.run.paths import SAMPLES

CARD = "card.json"


def write_samples(model: str, checkpoint: str, arrays: dict[str, Uint8]) -> None:
    """Write data/samples/<model>/<checkpoint>.npz, uncompressed, so that it can be memory-mapped."""
    folder = SAMPLES / model
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / f"{checkpoint}.npz", **arrays)  # type: ignore[arg-type]  # none is called allow_pickle


def read_samples(model: str, checkpoint: str, array: str) -> Uint8:
    """Memory-map one array, uint8 (N, H, W, C): it may be larger than the memory.

    Raises:
        DataError: there is no such array.
    """
    path = SAMPLES / model / f"{checkpoint}.npz"
    try:
        with zipfile.ZipFile(path) as archive, archive.open(f"{array}.npy") as member:
            version = np.lib.format.read_magic(member)
            read_header = (
                np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            )
            shape, _, dtype = read_header(member)
            header, info = member.tell(), archive.getinfo(f"{array}.npy")
    except (FileNotFoundError, KeyError) as error:
        raise DataError(f"{path} holds no {array}; `dvc repro sample` makes it") from error
    with path.open("rb") as file:
        file.seek(info.header_offset + 26)  # of the local header: the lengths of its name and extra field
        name, extra = np.frombuffer(file.read(4), "<u2")
    start = info.header_offset + 30 + int(name) + int(extra) + header
    images: Uint8 = np.memmap(path, dtype, "r", start, shape)
    return images


def write_card(model: str, card: dict[str, dict[str, Any]]) -> None:
    """Record how the images of each checkpoint were made."""
    (SAMPLES / model / CARD).write_text(json.dumps(card, indent=2) + "\n")


def read_card(model: str) -> dict[str, dict[str, Any]]:
    """How the images of each checkpoint were made.

    Raises:
        DataError: there is no card.
    """
    path = SAMPLES / model / CARD
    try:
        card: dict[str, dict[str, Any]] = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing; `dvc repro sample` makes it") from error
    return card
