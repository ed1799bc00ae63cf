"""The card that prepare-data writes beside each packed dataset."""

import json
from pathlib import Path
from typing import Any

from gan.run.errors import DataError
from gan.run.paths import CARD


def read_dataset_card(folder: Path) -> dict[str, Any]:
    """The card of a packed dataset: source, licence, resizing, split, sets, sha256.

    Raises:
        DataError: there is none.
    """
    try:
        card: dict[str, Any] = json.loads((folder / CARD).read_text())
    except FileNotFoundError as error:
        raise DataError(f"{folder / CARD} is missing; `dvc repro prepare-data` makes it") from error
    return card


def is_aligned(card: dict[str, Any]) -> bool:
    """Whether testA[i] and testB[i] show the same thing, so that the true translation is known."""
    return bool(card.get("aligned", False))
