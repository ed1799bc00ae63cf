"""What a study found, for people: the table of ranks in; words, tables and a picture for each group out."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gan.records.tables import parse_table
from gan.report.forest import drawing
from gan.report.scores import EMPTY, heading, in_words
from gan.report.svg import Drawing
from gan.report.verdicts import BETTER, DEFAULT, NOISE, WORSE, Cell, cell, kind, step
from gan.run.paths import REPORTS

RANKS = REPORTS / "study_ranks.csv"
ABOUT = ["group", "model", "about", "always", "changes", "seconds"]
RANKED = ["setting", "direction", "metric", "seeds", "mean", "std", "reach", "change", "verdict"]
NUMBERS = ["seeds", "mean", "std", "reach", "change", "seconds"]
TEXTS = dict.fromkeys(("about", "always", "changes", "direction"), "")
HELPED, HURT, BOTH, EVEN, UNKNOWN = "helped", "hurt", "helped and hurt", "within noise", "not compared"


@dataclass(frozen=True)
class Setting:
    """A setting beside the default.

    Args:
        outcome: what it did, over all scores; empty for the default.
        cells: its scores in the order of the group's columns, None for one that it does not have.
        told: each score that is better or worse, with that of the default: `FID 40.2 → 22.6`.
    """

    name: str
    changes: list[str]
    outcome: str
    cells: list[Cell | None]
    told: list[str]
    seeds: int
    seconds: str


@dataclass(frozen=True)
class Group:
    """A group of settings, the best first; `always` is what every run of it has."""

    name: str
    model: str
    about: str
    always: list[str]
    columns: list[str]
    settings: list[Setting]

    @property
    def outcomes(self) -> list[tuple[str, list[Setting]]]:
        """The settings by what they did, without the default; outcomes that none had are left out."""
        found = [
            (one, [each for each in self.settings if each.outcome == one]) for one in (HELPED, BOTH, HURT, EVEN, UNKNOWN)
        ]
        return [(outcome, settings) for outcome, settings in found if settings]

    @property
    def sentence(self) -> str:
        """`of 18 changes 2 helped, 4 hurt, 12 within noise`."""
        counts = [f"{len(settings)} {outcome}" for outcome, settings in self.outcomes]
        none = [] if any(outcome == HELPED for outcome, _ in self.outcomes) else [f"none {HELPED}"]
        total = sum(1 for one in self.settings if one.outcome)
        return f"of {total} change{'s' * (total != 1)} {', '.join(none + counts)}"


def study() -> list[tuple[Group, Drawing]]:
    """What reports/study_ranks.csv tells, a group after the other; nothing if no study was made.

    Raises:
        DataError: the file is damaged.
    """
    if not RANKS.exists():
        return []
    advice = "`python -m gan study --table` makes it anew"
    table = parse_table(RANKS.read_bytes(), RANKS.as_posix(), [*ABOUT, *RANKED], advice, NUMBERS).fillna(TEXTS)
    parts = [part for _, part in table.groupby("group", sort=False)]
    return [
        (one := group(part), drawing(part[part["metric"] == "kid"], one.name, f"study-{place}-picture"))
        for place, part in enumerate(parts, 1)
    ]


def group(table: pd.DataFrame) -> Group:
    """The rows of a group for people."""
    first = table.iloc[0]
    columns = _columns(table)
    return Group(
        name=str(first["group"]),
        model=str(first["model"]),
        about=str(first["about"]),
        always=shlex.split(first["always"]),
        columns=[heading(metric, direction) for metric, direction in columns],
        settings=[_setting(str(name), rows, columns) for name, rows in table.groupby("setting", sort=False)],
    )


def _columns(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Score and direction of each column: KID first, by all extractors, and the directions of a score side by side."""
    metrics = [*table["metric"].unique()]
    order = sorted(metrics, key=lambda name: (not name.startswith("kid"), metrics.index(name)))
    there = {*zip(table["metric"], table["direction"], strict=True)}
    return [(one, to) for one in order for to in table["direction"].unique() if (one, to) in there]


def _setting(name: str, rows: pd.DataFrame, columns: list[tuple[str, str]]) -> Setting:
    by_column = {(row["metric"], row["direction"]): row for row in rows.to_dict("records")}
    ordered = [by_column.get(one) for one in columns]
    first, seconds = rows.iloc[0], rows["seconds"].iloc[0]
    return Setting(
        name=name,
        changes=shlex.split(first["changes"]),
        outcome=_outcome({kind(one) for one in rows["verdict"]}),
        cells=[cell(row) if row else None for row in ordered],
        told=[*_told(row for row in ordered if row)],
        seeds=int(rows["seeds"].max()),
        seconds=EMPTY if np.isnan(seconds) else f"{seconds:.0f}",
    )


def _outcome(kinds: set[str]) -> str:
    if DEFAULT in kinds:
        return ""
    if kinds >= {BETTER, WORSE}:
        return BOTH
    return HELPED if BETTER in kinds else HURT if WORSE in kinds else EVEN if NOISE in kinds else UNKNOWN


def _told(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        if kind(row["verdict"]) in (BETTER, WORSE):
            yield " ".join(filter(None, [in_words(row["metric"]), row["direction"], step(row)]))
