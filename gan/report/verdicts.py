"""Scores of a setting beside those of the default, with the verdict on each."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gan.report.scores import BY, DIGITS, number

DEFAULT = "the default"  # the verdict on the setting that the others are compared with
BETTER, WORSE, NOISE = "better", "worse", "within noise"


@dataclass(frozen=True)
class Cell:
    """A score with its verdict."""

    score: str
    verdict: str

    @property
    def kind(self) -> str:
        return kind(self.verdict)

    @property
    def told(self) -> str:
        """The verdict, but for those that go without saying: within noise, and that of the default on itself."""
        return "" if self.verdict in (DEFAULT, NOISE) else self.verdict


def kind(verdict: str) -> str:
    """The verdict without how sure it is: better, worse, or something else."""
    return verdict.removesuffix(" (one seed)")


def columns(ranks: pd.DataFrame) -> list[str]:
    """The metrics in the order of a table: KID by every extractor, then the others."""
    return sorted(ranks["metric"].unique(), key=lambda name: not name.startswith("kid"))


def lines(ranks: pd.DataFrame, metrics: list[str]) -> dict[str, list[Cell | None]]:
    """Of a setting's ranks, direction → its scores in the order of the metrics, None for one that it does not have."""
    found: dict[str, list[Cell | None]] = {}
    for direction, rows in ranks.groupby("direction", sort=False):
        cells = {row["metric"]: _cell(row) for row in rows.to_dict("records")}
        found[str(direction)] = [cells.get(metric) for metric in metrics]
    return found


def step(row: dict[str, Any]) -> str:
    """How far a score went from that of the default: `63.6 → 28.2`."""
    return f"{_number(row['metric'], row['mean'] - row['change'])} → {_number(row['metric'], row['mean'])}"


def _cell(row: dict[str, Any]) -> Cell:
    return Cell(_number(row["metric"], row["mean"], row["std"]), row["verdict"])


def _number(metric: str, mean: float, std: float | None = None) -> str:
    score, by, _ = metric.partition(BY)  # another extractor has another scale, mostly a smaller one
    return number(score, mean, std, DIGITS.get(score, 3) + bool(by))
