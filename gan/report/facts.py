"""What else a page tells of a run: its params, how it was scored, where it was trained, and its data."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from gan.report.scores import EMPTY, PROTOCOL
from gan.run.errors import DataError

Facts = list[tuple[str, str]]  # name → value, both as text
BLOCKS = ("prepare_data.{block}", "train_{model}", "select.best_by", "select.{model}", "sample.{model}", "evaluate")
COMMON = ("seed", "lr", "precision", "determinism")
TOLD = ("source", "licence", "split", "tiles", "classes", "limit", "rejected")  # fields of a dataset's card


def read_json(path: Path, advice: str) -> dict[str, Any]:
    """A JSON file that holds names and values.

    Raises:
        DataError: it is missing or damaged; ends with the advice.
    """
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing; {advice}") from error
    except (ValueError, IsADirectoryError) as error:
        raise DataError(f"{path} is damaged ({error}); {advice}") from error
    if not isinstance(found, dict):
        raise DataError(f"{path} is damaged (it holds no names); {advice}")
    return found


def settings(params: dict[str, Any], model: str, block: str) -> Facts:
    """The params that decide a model's result, by the dotted names that `dvc exp run -S` takes.

    Args:
        params: as params.yaml holds them.
        block: of `prepare_data`, which makes the model's data.
    """
    found: Facts = []
    for name in (*COMMON, *(one.format(block=block, model=model) for one in BLOCKS)):
        value: Any = params
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        found += _flat(name, value)
    return found


def _flat(name: str, value: Any) -> Facts:
    if isinstance(value, dict):
        return [one for key, inner in value.items() for one in _flat(f"{name}.{key}", inner)]
    return [(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))]


def protocol(scores: pd.DataFrame) -> Facts:
    """How the scores were measured: the value of each field, with the names of its rows where rows differ.

    Args:
        scores: the table of `reports/<model>/fid.csv`, all cells as text.
    """
    columns = list(scores)
    found = []
    for column in columns[columns.index(PROTOCOL) :] if PROTOCOL in columns else []:
        rows: dict[str, list[str]] = {}
        for _, row in scores[scores[column].notna()].iterrows():
            name = " ".join(part for part in (row.get("direction"), row["checkpoint"]) if isinstance(part, str))
            rows.setdefault(str(row[column]), []).append(name)
        alike = len(rows) == 1
        text = "; ".join(value if alike else f"{value} ({', '.join(names)})" for value, names in rows.items())
        found.append((column, text or EMPTY))
    return found


def environments(card: dict[str, Any], checkpoint: str | None) -> list[Facts]:
    """Where a training ran: the facts of each of its environments, several if it was resumed elsewhere.

    Args:
        card: its run card.
        checkpoint: the hash of what it should have made; if the card is of another one, nothing is known.
    """
    about = card.get("checkpoint")
    if not isinstance(about, dict) or about.get("md5") != checkpoint:
        return []
    listed = card.get("environments")
    places = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [[(str(name), str(value)) for name, value in one.items()] for one in places]


def dataset(card: dict[str, Any]) -> Facts:
    """What a dataset's card says, and its sets."""
    told = [(name, card[name]) for name in TOLD if name in card and card[name] not in (None, "")]
    found = [(name, ", ".join(map(str, value)) if isinstance(value, list) else str(value)) for name, value in told]
    how = card.get("preprocessing", {})
    ways = list(dict.fromkeys(how.values())) if isinstance(how, dict) else [how]
    return [*found, *(("preprocessing", str(one)) for one in ways)]


def size(card: dict[str, Any], name: str) -> str:
    """The number and the shape of a set's images, in words."""
    about = card.get("sets", {}).get(name, {})
    height, width, channels = about.get("shape", (0, 0, 0))
    kind = {1: "greyscale", 3: "colour"}.get(channels, f"{channels} channels")
    return f"{about.get('count', 0)} images of {width}×{height} pixels, {kind}"
