"""Scores of a setting beside those of the default, with the verdict on each."""

from dataclasses import dataclass
from typing import Any

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


def kind(verdict: str) -> str:
    """The verdict without how sure it is: better, worse, or something else."""
    return verdict.removesuffix(" (one seed)")


def cell(row: dict[str, Any]) -> Cell:
    """What people see of a row of ranks."""
    return Cell(_number(row["metric"], row["mean"], row["std"]), row["verdict"])


def step(row: dict[str, Any]) -> str:
    """How far a score went from that of the default: `63.6 → 28.2`."""
    return f"{_number(row['metric'], row['mean'] - row['change'])} → {_number(row['metric'], row['mean'])}"


def _number(metric: str, mean: float, std: float | None = None) -> str:
    score = metric.partition(BY)[0]
    return number(score, mean, std, DIGITS.get(score, 3))
