"""The scores of a model in words and tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any

import pandas as pd

from gan.records.samples import START

EMPTY = "–"
BY = " by "  # between a score and an extractor
KEYS = ("model", "direction", "checkpoint", "extractor", "n_real", "n_fake", "reference", "images")
PROTOCOL = "extractor_sha256"  # the first column of those that say how a score was measured
# The order of rows; snapshots come before `last`.
BEFORE, AFTER = (START,), ("last", "best", "floor", "constant")
MEANINGS = {
    "last": "the end of training",
    "best": "the snapshot with the best score on training images",
    "floor": "other real images: what a perfect generator would reach",
    "constant": "the best image of a single colour",
}
LOWER = ("kid", "fid", "l1", "kl")  # ends of names; of these lower is better
HIGHER = ("precision", "recall", "density", "coverage", "iou", "agreement", "psnr", "blocks", "ssim", "score", "modes",
          "accuracy", "worst")  # fmt: skip
WORDS = {"iou": "IoU", "psnr": "PSNR", "ssim": "SSIM", "l1": "L1", "kl": "KL divergence"}
NAMES = {"kid": "KID ×1000", "fid": "FID"}
SCALES = {"kid": 1000.0}
DIGITS = {"kid": 1, "fid": 1}


@dataclass(frozen=True)
class Headline:
    """The result of one output, seen by one extractor: numbers as text, None if they are not known.

    Args:
        share: of the way from start to floor that was gone, in per cent.
        by: the score that `start`, `end` and `floor` are of.
    """

    direction: str
    extractor: str
    scores: list[tuple[str, str]]
    share: int | None
    by: str
    start: str
    floor: str


@dataclass(frozen=True)
class Table:
    """A table of scores: the name of each row, and its cells as text."""

    caption: str
    columns: list[str]
    rows: list[tuple[str, list[str]]]


def headlines(metrics: dict[str, Any], place: tuple[str, ...] = ()) -> Iterator[Headline]:
    """What metrics.json says of each output and extractor, in its order.

    Args:
        metrics: [output →] extractor → score → value, as `evaluate` writes them below the model's name.
    """
    for name, inner in metrics.items():
        if not isinstance(inner, dict):
            continue
        if not inner.keys() & {"kid", "fid"}:
            yield from headlines(inner, (*place, name))
            continue
        scores = [(NAMES[one], number(one, inner[one], inner.get(f"{one}_std"))) for one in NAMES if one in inner]
        by = next((one for one in NAMES if isinstance(inner.get(f"{one}_closed"), int | float)), "")
        share = _per_cent(inner[f"{by}_closed"]) if by else None
        ends = [number(by, inner[f"{by}_{end}"]) if f"{by}_{end}" in inner else EMPTY for end in ("start", "floor")]
        yield Headline(" ".join(place), name, scores, share, NAMES.get(by, ""), *ends)


def _per_cent(share: float) -> int:
    """Rounded, but 100 only if it is all."""
    return 99 if 0.99 < share < 1 else round(100 * share)


def tables(scores: pd.DataFrame) -> list[Table]:
    """For each output and extractor the distances to real images, then for each output what needs no extractor.

    Args:
        scores: the table of `reports/<model>/fid.csv`.
    """
    scores = scores.assign(direction=scores["direction"].fillna(""))
    leading = [name for name in NAMES if name in scores]
    names = leading + [one for one in scores if one not in (*KEYS, *leading) and not one.endswith("_std")]
    names = names[: names.index(PROTOCOL)] if PROTOCOL in names else names
    seen = scores.columns.get_loc("reference")
    distances = [name for name in names if scores.columns.get_loc(name) < seen]
    others = [name for name in names if name not in distances]
    made = []
    framed = scores[scores["extractor"].notna()]
    for (direction, extractor), rows in framed.groupby(["direction", "extractor"], sort=False):
        made.append(_table(_caption(direction, extractor, rows), rows, distances))
    for direction, rows in scores.groupby("direction", sort=False):
        of = f" of {direction}" if direction else ""
        made.append(_table(f"Other scores{of}", rows.drop_duplicates("checkpoint"), others))
    return [table for table in made if table.columns]


def _caption(direction: str, extractor: str, rows: pd.DataFrame) -> str:
    of = f" of {direction}" if direction else ""
    counts = dict(zip(rows["reference"], rows["n_real"], strict=True))
    real = " or ".join(f"{count:.0f} images of {name}" for name, count in counts.items())
    return f"Scores{of} by features of {extractor}, against {real}"


def _table(caption: str, rows: pd.DataFrame, names: list[str]) -> Table:
    """The columns that hold a number, and the rows that do."""
    names = [name for name in names if pd.to_numeric(rows[name], errors="coerce").notna().any()]
    rows = rows[rows[names].notna().any(axis=1)] if names else rows[:0]
    counted = rows["n_fake"].notna().any()
    digits = {name: DIGITS.get(name, 3 if pd.to_numeric(rows[name]).abs().max() < 10 else 1) for name in names}
    made = []
    for row in sorted(rows.to_dict("records"), key=lambda row: _place(str(row["checkpoint"]))):
        cells = [number(name, row[name], row.get(f"{name}_std"), digits[name]) for name in names]
        made.append((str(row["checkpoint"]), ([_whole(row["n_fake"])] if counted else []) + cells))
    return Table(caption, (["images"] if counted else []) + [heading(name) for name in names] if names else [], made)


def _place(checkpoint: str) -> tuple[int, str]:
    order = [*BEFORE, None, *AFTER]
    return (order.index(checkpoint) if checkpoint in order else order.index(None), checkpoint)


def heading(name: str) -> str:
    """The heading of a column, with an arrow towards better values where that is known."""
    score = name.partition(BY)[0]
    arrow = " ↓" if score.endswith(LOWER) else " ↑" if score.endswith(HIGHER) else ""
    return f"{in_words(name)}{arrow}"


def in_words(name: str) -> str:
    """A score as people call it; `kid by scattering` keeps its extractor."""
    score, by, extractor = name.partition(BY)
    words = [WORDS.get(word, word) for word in score.split("_")]
    return f"{NAMES.get(score, ' '.join(words))}{by}{extractor}"


def meanings(scores: pd.DataFrame) -> dict[str, str]:
    """What the rows of the table are."""
    there = scores.set_index("checkpoint").get("images", pd.Series(dtype=object)).to_dict()
    untrained = str(there.get(START, START)).startswith(f"{START}/")
    start = "the same network before training" if untrained else "the input, not translated"
    return {name: text for name, text in ({START: start} | MEANINGS).items() if name in there}


def number(name: str, value: Any, deviation: Any = None, digits: int = 1) -> str:
    """A score as text, with its standard deviation if that is known."""
    parts = [float(one) * SCALES.get(name, 1.0) for one in (value, deviation) if isinstance(one, int | float)]
    if not parts or not isfinite(parts[0]):
        return EMPTY
    return " ± ".join(f"{round(part, digits) + 0.0:.{digits}f}" for part in parts if isfinite(part))  # + 0.0: no -0.0


def _whole(value: Any) -> str:
    return f"{int(value)}" if isfinite(float(value)) else EMPTY
