"""Which settings of a study are better than the default? The rows of study.csv in, ranks and verdicts out."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gan.commands.study.plan import BASELINE
from gan.commands.verdicts import CONFIDENCE, LOWER, noise_of, refuse_unlike

METRICS = ("kid", "fid", "class_accuracy", "sea_iou", "land_iou")  # those that are ranked, where there are any
RANKED = [
    "rank", "setting", "direction", "extractor", "metric", "seeds", "mean", "std", "reach", "change", "p", "verdict",
]  # fmt: skip


def ranks(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each setting, direction, extractor and metric of one group, the best setting first.

    Rank 1 has the lowest KID, relative to that before training, over all directions and seeds of the first extractor.
    `reach` is half the width of the confidence interval of the mean. `p` is corrected for the number of settings and
    directions that are compared with the default (Holm 1979).

    Args:
        rows: of one group.

    Raises:
        UnlikeError: two runs were scored in different ways.
    """
    places = rows[["direction", "extractor"]].drop_duplicates().itertuples(index=False, name=None)
    found = [row for place in places for row in _verdicts(rows, *place)]
    table = pd.DataFrame(found, columns=RANKED[1:])
    for _, family in table[table["setting"] != BASELINE].groupby(["extractor", "metric"]):
        table.loc[family.index, "p"] = holm(family["p"].to_numpy(float))
    table["verdict"] = [_verdict(row) for row in table.to_dict("records")]
    order = {setting: place for place, setting in enumerate(best_first(rows), 1)}
    table["rank"] = table["setting"].map(order)
    return table.sort_values("rank", kind="stable")[RANKED].reset_index(drop=True)


def best_first(rows: pd.DataFrame) -> list[str]:
    """The settings by the mean of KID relative to that before training, by the first extractor."""
    first = rows[rows["extractor"] == rows["extractor"].iloc[0]]
    left = (first["kid"] / first["kid_start"]).groupby(first["setting"], sort=False).mean()
    return [str(name) for name in left.sort_values(kind="stable").index]


def holm(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """P-values corrected for their number, in the same order; undefined ones stay and do not count (Holm 1979)."""
    corrected = np.full(len(chances), np.nan)
    known = np.flatnonzero(~np.isnan(chances))
    highest = 0.0
    for done, place in enumerate(known[np.argsort(chances[known], kind="stable")]):
        highest = max(highest, min(1.0, float(chances[place]) * (len(known) - done)))
        corrected[place] = highest
    return corrected


def _verdicts(rows: pd.DataFrame, direction: str, extractor: str) -> list[dict[str, Any]]:
    here = rows[(rows["direction"] == direction) & (rows["extractor"] == extractor)]
    base = here[here["setting"] == BASELINE]
    found: list[dict[str, Any]] = []
    for setting, side in here.groupby("setting", sort=False):
        if not base.empty:
            refuse_unlike((str(setting), direction, extractor), base, side, set())
        place = {"setting": setting, "direction": direction, "extractor": extractor}
        known = [metric for metric in METRICS if metric in side and side[metric].notna().all()]
        found += [place | {"metric": metric} | _compared(metric, base, side) for metric in known]
    return found


def _compared(metric: str, base: pd.DataFrame, side: pd.DataFrame) -> dict[str, Any]:
    change, chance = float("nan"), float("nan")
    if not base.empty and base[metric].notna().all():
        change = float(side[metric].mean() - base[metric].mean())
        chance = noise_of(metric, base, side).chance(change)
    return {
        "seeds": len(side), "mean": side[metric].mean(), "std": side[metric].std(), "reach": _reach(metric, side),
        "change": change, "p": chance,
    }  # fmt: skip


def _reach(metric: str, side: pd.DataFrame) -> float:
    """Half the width of the confidence interval of a mean over seeds; of one seed, by the noise of sampling alone."""
    level, count = (1 + CONFIDENCE) / 2, len(side)
    if count > 1:
        return float(stats.t.ppf(level, count - 1) * side[metric].std() / count**0.5)
    return float(stats.norm.ppf(level) * side[f"{metric}_std"].iloc[0]) if f"{metric}_std" in side else float("nan")


def _verdict(row: dict[str, Any]) -> str:
    if row["setting"] == BASELINE:
        return "the default"
    if np.isnan(row["p"]):
        return "noise not known"
    if row["p"] > 1 - CONFIDENCE:
        return "within noise"
    return "better" if (row["change"] < 0) == (row["metric"] in LOWER) else "worse"
