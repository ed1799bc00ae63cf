"""What a study found, for people: the table of ranks in; words, tables and a picture for each group out."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gan.records.tables import parse_table
from gan.report.forest import drawing
from gan.report.scores import BY, EMPTY, heading, in_words
from gan.report.svg import Drawing
from gan.report.verdicts import BETTER, DEFAULT, NOISE, WORSE, Cell, columns, kind, lines, step
from gan.run.paths import REPORTS

RANKS = REPORTS / "study_ranks.csv"
ABOUT = ["group", "model", "about", "always", "planned", "changes", "seconds"]
RANKED = ["setting", "direction", "metric", "seeds", "mean", "std", "reach", "change", "verdict"]
NUMBERS = ["planned", "seeds", "mean", "std", "reach", "change", "seconds"]
TEXTS = dict.fromkeys(("about", "always", "changes", "direction"), "")
# A name is text, also `16` and `null`.
READ: dict[str, Any] = {
    "dtype": dict.fromkeys(("group", "model", "setting", "verdict", *TEXTS), "str"),
    "keep_default_na": False,
    "na_values": [""],
}
HELPED, HURT, BOTH, EVEN, UNKNOWN = "helped", "hurt", "helped and hurt", "within noise", "not compared"


@dataclass(frozen=True)
class Setting:
    """A setting beside the default.

    Args:
        outcome: what it did, over all scores; empty for the default.
        lines: direction → its scores in the order of the group's columns, None for one that it does not have.
        told: the scores that are better or worse, with those of the default: `FID 40.2 → 22.6`.
    """

    name: str
    changes: list[str]
    outcome: str
    lines: dict[str, list[Cell | None]]
    told: list[str]
    seeds: int
    seconds: str


@dataclass(frozen=True)
class Group:
    """A group of settings, the best first.

    Args:
        always: what every run of it has.
        planned: its number of runs, those that are missing too.
        columns: headings of scores.
    """

    name: str
    model: str
    about: str
    always: list[str]
    planned: int
    columns: list[str]
    settings: list[Setting]

    @property
    def outcomes(self) -> list[tuple[str, list[Setting]]]:
        """The settings by what they did, without the default; outcomes that none had are left out."""
        order = (HELPED, BOTH, HURT, EVEN, UNKNOWN)
        found = {outcome: [one for one in self.settings if one.outcome == outcome] for outcome in order}
        return [(outcome, settings) for outcome, settings in found.items() if settings]

    @property
    def sentence(self) -> str:
        """`of 18 changes 2 helped, 4 hurt, 12 within noise`; of a group that lacks runs, that it may still change."""
        counts = [f"{len(settings)} {outcome}" for outcome, settings in self.outcomes]
        none = [] if any(outcome == HELPED for outcome, _ in self.outcomes) else [f"none {HELPED}"]
        total = sum(1 for one in self.settings if one.outcome)
        found = f"of {total} change{'s' * (total != 1)} {', '.join(none + counts)}" if total else "no change has ended"
        if total and max(one.seeds for one in self.settings) == 1:
            found += "; one seed each, so the noise of training is not known"
        done = sum(one.seeds for one in self.settings)
        return found if done >= self.planned else f"so far, after {done} of {self.planned} runs, {found}"


def study() -> list[tuple[Group, Drawing]]:
    """What reports/study_ranks.csv tells, a group after the other; nothing if no study was made.

    Raises:
        DataError: the file is damaged.
    """
    if not RANKS.exists():
        return []
    advice = "`python -m gan study --table` makes it anew"
    table = parse_table(RANKS.read_bytes(), RANKS.as_posix(), [*ABOUT, *RANKED], advice, NUMBERS, **READ).fillna(TEXTS)
    parts = [part for _, part in table.groupby("group", sort=False)]
    return [
        (one := group(part), drawing(part[part["metric"] == "kid"], one.name, f"study-{place}-picture"))
        for place, part in enumerate(parts, 1)
    ]


def group(table: pd.DataFrame) -> Group:
    """The rows of a group for people."""
    first = table.iloc[0]
    metrics = columns(table)
    return Group(
        name=str(first["group"]),
        model=str(first["model"]),
        about=str(first["about"]),
        always=shlex.split(first["always"]),
        planned=int(first["planned"]),
        columns=[heading(metric) for metric in metrics],
        settings=[_setting(str(name), rows, metrics) for name, rows in table.groupby("setting", sort=False)],
    )


def _setting(name: str, rows: pd.DataFrame, metrics: list[str]) -> Setting:
    first, outcome = rows.iloc[0], _outcome({kind(one) for one in rows["verdict"]})
    ordered = sorted(rows.to_dict("records"), key=lambda row: metrics.index(row["metric"]))
    return Setting(
        name=name,
        changes=shlex.split(first["changes"]),
        outcome=outcome,
        lines=lines(rows, metrics),
        told=[*_told(ordered, outcome)],
        seeds=int(rows["seeds"].max()),
        seconds=EMPTY if np.isnan(first["seconds"]) else f"{first['seconds']:.0f}",
    )


def _outcome(kinds: set[str]) -> str:
    if DEFAULT in kinds:
        return ""
    if kinds >= {BETTER, WORSE}:
        return BOTH
    return HELPED if BETTER in kinds else HURT if WORSE in kinds else EVEN if NOISE in kinds else UNKNOWN


def _told(rows: list[dict[str, Any]], outcome: str) -> Iterator[str]:
    """The first score that hurt; or all that changed, and whether another extractor confirms a KID that helped."""
    changed = [row for row in rows if kind(row["verdict"]) in (BETTER, WORSE)]
    wanted = changed[:1]
    if outcome in (HELPED, BOTH):
        helped = {row["direction"] for row in changed if row["metric"] == "kid" and kind(row["verdict"]) == BETTER}
        others = [row for row in rows if row["metric"].startswith(f"kid{BY}") and row["direction"] in helped]
        wanted = [row for row in rows if row in changed or row in others]
    for row in wanted:
        words = " ".join(filter(None, [in_words(row["metric"]), row["direction"], step(row)]))
        yield words if row in changed else f"{words}, {row['verdict']}"
