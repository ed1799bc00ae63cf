"""The FID table, and the same scores as the nested JSON that `dvc metrics diff` shows."""

from typing import Any

import pandas as pd

from gan.metrics.comparisons import CONSTANT, FLOOR, START

KEYS = ["model", "direction", "checkpoint", "extractor"]
COUNTS = ["n_real", "n_fake"]
SETS = ["reference", "images"]  # which real images, and which images beside them, a distance is between
SCORES = ["fid", "kid", "kid_std"]

Truth = dict[tuple[str, str], dict[str, float]]


def table(model: str, rows: list[dict[str, Any]], truth: Truth) -> pd.DataFrame:
    """One row a model, direction, checkpoint and extractor; cells that do not apply are empty.

    Args:
        rows: keys, counts and scores on features.
        truth: agreement with the true translation by (direction, checkpoint), put beside them.
    """
    seen = [row | truth.get((row["direction"], row["checkpoint"]), {}) for row in rows]
    constants = [
        {"model": model, "direction": direction, "checkpoint": checkpoint, **scores}
        for (direction, checkpoint), scores in truth.items()
        if checkpoint == CONSTANT
    ]
    extra = dict.fromkeys(name for scores in truth.values() for name in scores)
    frame = pd.DataFrame([*seen, *constants], columns=[*KEYS, *COUNTS, *SCORES, *SETS, *extra])
    return frame.astype(dict.fromkeys(COUNTS, "Int64"))  # whole numbers, even beside empty cells


def headline(scores: pd.DataFrame, truth: Truth, checkpoint: str) -> dict[str, Any]:
    """`<model>[.<direction>].<extractor>.<metric>` of one checkpoint, with its frame; numbers only.

    `fid_start` and `fid_floor` frame `fid`; `fid_closed` is the share of the way from start to floor that
    training went, 1 at the floor. Agreement with the truth stands under `truth`.
    """
    metrics: dict[str, Any] = {}
    framed = scores[scores["extractor"].notna()]
    for (model, direction, extractor), group in framed.groupby(["model", "direction", "extractor"], sort=False):
        rows = {row["checkpoint"]: row for row in group.to_dict("records")}
        place = metrics.setdefault(model, {})
        if direction:
            place = place.setdefault(direction, {})
        place[extractor] = _framed(rows[checkpoint], rows[START], rows[FLOOR])
        if (direction, checkpoint) in truth:
            constant = truth[direction, CONSTANT]["psnr_blocks"]
            place["truth"] = _rounded({**truth[direction, checkpoint], "psnr_blocks_constant": constant})
    return metrics


def _framed(made: dict[Any, Any], start: dict[Any, Any], floor: dict[Any, Any]) -> dict[str, float]:
    values = {"kid_std": made["kid_std"]}
    for name in ("fid", "kid"):
        values[name] = made[name]
        values[f"{name}_start"], values[f"{name}_floor"] = start[name], floor[name]
        values[f"{name}_closed"] = (start[name] - made[name]) / (start[name] - floor[name])
    return _rounded(values)


def _rounded(values: dict[str, float]) -> dict[str, float]:
    """Six significant digits, sorted by name: what lies beyond is noise of the order of summation."""
    return {name: float(f"{value:.6g}") for name, value in sorted(values.items())}
