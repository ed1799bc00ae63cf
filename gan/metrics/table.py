"""The FID table, and the same scores as the nested JSON that `dvc metrics diff` shows."""

from math import isfinite
from typing import Any

import pandas as pd

from gan.metrics.columns import COLUMNS as PROTOCOL
from gan.metrics.comparisons import CONSTANT, FLOOR
from gan.records.samples import START

KEYS = ["model", "direction", "checkpoint", "extractor"]
COUNTS = ["n_real", "n_fake"]
SETS = ["reference", "images"]  # the two sets of images that a distance is between
SHARES = ["precision", "recall", "density", "coverage"]
SCORES = [
    "fid",
    "kid",
    "kid_std",
    "fid_std",
    "kid_subset_std",
    *SHARES,
    *(f"{name}_std" for name in SHARES),
    "nearest_train",
]
OPTIONAL = ["inception_score", "inception_score_std"]
SHOWN = ["fid", "kid", "fid_std", "kid_std", *SHARES, "nearest_train", *OPTIONAL]  # of a checkpoint, in metrics.json

Truth = dict[tuple[str, str], dict[str, float]]


def table(model: str, rows: list[dict[str, Any]], truth: Truth) -> pd.DataFrame:
    """One row for each model, direction, checkpoint and extractor; cells that do not apply are empty.

    Args:
        rows: the rows of `Evaluation.rows`.
        truth: (direction, checkpoint) → scores without an extractor, which are added to the rows as columns.
    """
    seen = [row | truth.get((row["direction"], row["checkpoint"]), {}) for row in rows]
    known = {*KEYS, *COUNTS, *SCORES, *SETS, *PROTOCOL}
    optional = dict.fromkeys(name for row in rows for name in row if name not in known)
    constants = [
        {"model": model, "direction": direction, "checkpoint": checkpoint, **scores}
        for (direction, checkpoint), scores in truth.items()
        if checkpoint == CONSTANT
    ]
    extra = dict.fromkeys(name for scores in truth.values() for name in scores)
    frame = pd.DataFrame([*seen, *constants], columns=[*KEYS, *COUNTS, *SCORES, *optional, *SETS, *extra, *PROTOCOL])
    return frame.astype(
        dict.fromkeys([*COUNTS, "step", "seed", "n_features"], "Int64")
    )  # whole numbers, even beside empty cells


def merged(*scores: Truth) -> Truth:
    """One table of several kinds of scores: (direction, checkpoint) → the scores of all kinds."""
    keys = dict.fromkeys(key for one in scores for key in one)
    return {key: {name: value for one in scores for name, value in one.get(key, {}).items()} for key in keys}


def summary(scores: pd.DataFrame) -> str:
    """The table for a terminal, without the columns of the protocol, and a warning if a FID is of few images."""
    frame = scores.drop(columns=[*PROTOCOL, *SETS]).dropna(axis="columns", how="all")
    text = frame.to_string(index=False, na_rep="", float_format="%.4g")
    return "\n".join(part for part in (text, few_images(scores)) if part)


def few_images(scores: pd.DataFrame) -> str:
    """A warning if a FID is of no more images than its extractor has features; else empty."""
    known = scores.dropna(subset=["fid", "n_features"]) if "n_features" in scores else scores[:0]
    fewest = known[["n_real", "n_fake"]].min(axis=1)
    few = known[fewest <= known["n_features"]]
    if few.empty:
        return ""
    named = ", ".join(sorted({" ".join(key) for key in few[["model", "extractor"]].itertuples(index=False, name=None)}))
    return (
        f"{named}: FID of {int(fewest.min())} images, fewer than the {int(few['n_features'].max())} features, "
        "is biased upwards: read KID first"
    )


def headline(scores: pd.DataFrame, truth: Truth, checkpoint: str) -> dict[str, Any]:
    """`<model>[.<direction>].<extractor>.<metric>` of one checkpoint; undefined scores are left out.

    `fid_start` and `fid_floor` are the values of `start` and `floor`; `fid_closed` is the share of the way from start
    to floor that training has covered, 1 at the floor. Agreement with the truth is under `truth`, and what a classifier
    sees under `class`.
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
            place |= _without_extractor(truth, direction, checkpoint)
    return metrics


def _without_extractor(truth: Truth, direction: str, checkpoint: str) -> dict[str, dict[str, float]]:
    """The scores of one checkpoint under `cycle`, `class` and `truth`, beside what frames them."""
    values = dict(truth[direction, checkpoint])
    kinds = {
        kind: {name: values.pop(name) for name in list(values) if name.startswith(f"{kind}_")}
        for kind in ("cycle", "class")
    }
    floor = truth.get((direction, FLOOR), {})
    kinds["class"] |= {f"{name}_floor": floor[name] for name in kinds["class"] if not name.endswith("_std")}
    if (direction, CONSTANT) in truth:
        kinds["truth"] = values | {"psnr_blocks_constant": truth[direction, CONSTANT]["psnr_blocks"]}
    return {kind: _rounded(scores) for kind, scores in kinds.items() if scores}


def _framed(made: dict[Any, Any], start: dict[Any, Any], floor: dict[Any, Any]) -> dict[str, float]:
    values = {name: made[name] for name in SHOWN if name in made}
    for name in ("fid", "kid"):
        values[f"{name}_start"], values[f"{name}_floor"] = start[name], floor[name]
        if start[name] != floor[name]:
            values[f"{name}_closed"] = (start[name] - made[name]) / (start[name] - floor[name])
    return _rounded(values)


def _rounded(values: dict[str, float]) -> dict[str, float]:
    """The finite values, sorted by name, to six digits: further digits depend on the order of summation."""
    return {name: float(f"{value:.6g}") for name, value in sorted(values.items()) if isfinite(value)}
