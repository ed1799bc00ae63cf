"""Cards: JSON files that describe the files beside them."""

import json
from pathlib import Path
from typing import Any

from gan.run.errors import DataError
from gan.run.paths import CARD


def write_card(folder: Path, card: dict[str, Any]) -> None:
    """Write the card of a folder."""
    (folder / CARD).write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_card(folder: Path, fields: dict[str, type], stage: str) -> dict[str, Any]:
    """The card of a folder.

    Args:
        fields: what it must have: name → type.
        stage: writes it, as the error message says.

    Raises:
        DataError: there is no card, or it is damaged, or it lacks a field.
    """
    path = folder / CARD
    try:
        card = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing; `dvc repro {stage}` makes it") from error
    except (ValueError, IsADirectoryError) as error:
        raise DataError(f"{path} is damaged ({error}); `dvc checkout --force {path}` restores it") from error
    found: dict[str, Any] = card if isinstance(card, dict) else {}
    if wrong := [name for name, kind in fields.items() if not isinstance(found.get(name), kind)]:
        raise DataError(f"{path} lacks {', '.join(wrong)}; `dvc checkout --force {path}` restores it")
    return found
