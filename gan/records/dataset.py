"""The card that prepare-data writes beside each packed dataset."""

from pathlib import Path
from typing import Any

from gan.records.cards import read_card


def read_dataset_card(folder: Path) -> dict[str, Any]:
    """The card of a packed dataset: source, licence, resizing, split, sets, sha256; raises as `read_card`."""
    return read_card(folder, {"source": str, "sha256": dict}, "prepare-data")


def is_aligned(card: dict[str, Any]) -> bool:
    """Whether testA[i] and testB[i] show the same thing, so that the true translation is known."""
    return bool(card.get("aligned", False))
