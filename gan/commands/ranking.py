"""Which settings are better than the default? Scores of several settings and seeds in, ranks and verdicts out."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from gan.commands.verdicts import CONFIDENCE, LOWER, UnlikeError, noise_of, refuse_unlike
from gan.records.samples import START
from gan.report.scores import BY

BASELINE = "default"  # the setting that all others are compared with
METRICS = ("kid", "fid", "class_accuracy", "sea_iou", "land_iou")  # those that are ranked, where there are any
OF_OTHERS = ("kid",)  # by other extractors than the first, which confirm its verdicts
RANKED = [
    "rank", "setting", "direction", "extractor", "metric", "seeds", "mean", "std", "reach", "change", "p", "verdict",
]  # fmt: skip


def ranks(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each setting, direction, extractor and metric of one group, the best setting first.

    Rank 1 has the lowest KID, relative to that before training, over all directions and seeds of the first extractor.
    By another extractor there is KID alone. `reach` is half the width of the confidence interval of the mean. `p` is
    corrected for the number of scores, of all settings and directions, that are compared with the default by one
    extractor (Holm 1979).

    Args:
        rows: one for each setting, seed, direction and extractor, with the columns of the FID table.
    """
    places = rows[["direction", "extractor"]].drop_duplicates().itertuples(index=False, name=None)
    first = rows["extractor"].iloc[0]
    found = [row for to, by in places for row in _verdicts(rows, to, by, METRICS if by == first else OF_OTHERS)]
    table = pd.DataFrame(found)
    table.loc[table["unlike"] != "", "p"] = np.nan
    for _, family in table[table["setting"] != BASELINE].groupby("extractor"):
        table.loc[family.index, "p"] = holm(family["p"].to_numpy(float))
    table["verdict"] = [_verdict(row) for row in table.to_dict("records")]
    order = {setting: place for place, setting in enumerate(best_first(rows), 1)}
    table["rank"] = table["setting"].map(order)
    return table.sort_values("rank", kind="stable")[RANKED].reset_index(drop=True)


def beside(ranked: pd.DataFrame) -> pd.DataFrame:
    """`ranks` for people: a metric by another extractor than the first is called `kid by <name>`."""
    of_first = ranked["extractor"] == ranked["extractor"].iloc[0]
    return ranked.assign(metric=ranked["metric"].where(of_first, ranked["metric"] + BY + ranked["extractor"]))


def of_checkpoint(scores: pd.DataFrame, checkpoint: str) -> pd.DataFrame:
    """The rows of one checkpoint in a FID table, with the scores before training beside them."""
    place = ["model", "direction", "extractor"]
    known = scores[scores["extractor"].notna()].fillna({"direction": ""})
    start = known[known["checkpoint"] == START][[*place, "kid", "fid"]]
    return known[known["checkpoint"] == checkpoint].merge(start, on=place, suffixes=("", "_start"))


def best_first(rows: pd.DataFrame) -> list[str]:
    """The settings by the mean of KID relative to that before training, by the first extractor; last those without."""
    first = rows[rows["extractor"] == rows["extractor"].iloc[0]]
    left = (first["kid"] / first["kid_start"]).groupby(first["setting"], sort=False).mean()
    return [str(name) for name in dict.fromkeys([*left.sort_values(kind="stable").index, *rows["setting"]])]


def holm(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """P-values corrected for their number, in the same order; undefined ones stay and do not count (Holm 1979)."""
    corrected = np.full(len(chances), np.nan)
    known = np.flatnonzero(~np.isnan(chances))
    highest = 0.0
    for done, place in enumerate(known[np.argsort(chances[known], kind="stable")]):
        highest = max(highest, min(1.0, float(chances[place]) * (len(known) - done)))
        corrected[place] = highest
    return corrected


def _verdicts(rows: pd.DataFrame, direction: str, extractor: str, metrics: Sequence[str]) -> list[dict[str, Any]]:
    here = rows[(rows["direction"] == direction) & (rows["extractor"] == extractor)]
    base = here[here["setting"] == BASELINE]
    found: list[dict[str, Any]] = []
    for setting, side in here.groupby("setting", sort=False):
        place = {"setting": setting, "direction": direction, "extractor": extractor}
        unlike = _unlike(base, side)
        known = [metric for metric in metrics if metric in side and side[metric].notna().all()]
        found += [place | {"metric": metric, "unlike": unlike} | _compared(metric, base, side) for metric in known]
    return found


def _unlike(base: pd.DataFrame, side: pd.DataFrame) -> str:
    """How the two were scored differently; empty if they compare."""
    if base.empty:
        return "default has none"
    try:
        refuse_unlike((), base, side, set())
    except UnlikeError as error:
        return f"scored differently: {error.field}"
    return ""


def _compared(metric: str, base: pd.DataFrame, side: pd.DataFrame) -> dict[str, Any]:
    row = {"seeds": len(side), "mean": side[metric].mean(), "std": side[metric].std(), "reach": _reach(metric, side)}
    if base.empty or base[metric].isna().any():
        return row | {"change": float("nan"), "p": float("nan"), "one_seed": False}
    change, noise = float(side[metric].mean() - base[metric].mean()), noise_of(metric, base, side)
    return row | {"change": change, "p": noise.chance(change), "one_seed": not noise.seeds}


def _reach(metric: str, side: pd.DataFrame) -> float:
    """Half the width of the confidence interval of a mean over seeds; of one seed, by the noise of sampling alone."""
    level, count = (1 + CONFIDENCE) / 2, len(side)
    if count > 1:
        return float(special.stdtrit(count - 1, level) * side[metric].std() / count**0.5)
    return float(special.ndtri(level) * side[f"{metric}_std"].iloc[0]) if f"{metric}_std" in side else float("nan")


def _verdict(row: dict[str, Any]) -> str:
    if row["setting"] == BASELINE:
        return "the default"
    if row["unlike"]:
        return str(row["unlike"])
    if np.isnan(row["p"]):
        return "noise not known"
    better = (row["change"] < 0) == (row["metric"] in LOWER)
    verdict = "within noise" if row["p"] > 1 - CONFIDENCE else "better" if better else "worse"
    return f"{verdict} (one seed)" if row["one_seed"] else verdict
