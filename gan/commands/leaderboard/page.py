"""The leaderboard as a page: one HTML file that needs no network and no script."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gan.commands.leaderboard.thumbnails import grid_of, thumbnail
from gan.commands.ranking import BASELINE, beside, ranks
from gan.report.pictures import Picture
from gan.report.scores import heading
from gan.report.templates import rendered
from gan.report.verdicts import Cell, columns, lines
from gan.run.files import write_whole
from gan.run.recorded import cache

TEMPLATE = Path(__file__).with_name("leaderboard.html")


@dataclass(frozen=True)
class Row:
    """A setting.

    Args:
        changes: param → value; none of the default.
        names: those of its experiments.
        lines: direction → its scores in the order of the columns, None for one that it does not have.
    """

    rank: int
    changes: dict[str, str]
    names: list[str]
    seeds: int
    picture: Picture | None
    lines: dict[str, list[Cell | None]]


@dataclass(frozen=True)
class Board:
    """The table of a model, the best row first; `id` is unique in the page.

    Args:
        grid: path of the picture that rows show a corner of.
        columns: the headings of scores.
    """

    id: str
    model: str
    extractor: str
    grid: str | None
    columns: list[str]
    rows: list[Row]


def write(found: pd.DataFrame, models: Sequence[str], baseline: str, path: Path) -> None:
    """Write the page.

    Args:
        found: the scores that are ranked, as `gathered` returns them.

    Raises:
        GanError: git or DVC fails.
    """
    files = cache()
    boards = [_board(one, f"model-{place}", found[found["model"] == one], files) for place, one in enumerate(models)]
    write_whole(path, rendered(TEMPLATE, boards=boards, baseline=baseline).encode(errors="replace"))


def _board(model: str, identity: str, found: pd.DataFrame, files: Path) -> Board:
    table, grid = beside(ranks(found)), grid_of(model)
    metrics = columns(table)
    rows = []
    for setting, scores in table.groupby("setting", sort=False):
        runs = found[found["setting"] == setting].sort_values("seed", kind="stable")
        picture = thumbnail(grid, model, _known(runs["commit"]), files) if grid else None
        rows.append(_row(str(setting), scores, metrics, _known(runs["name"]), picture))
    return Board(identity, model, str(table["extractor"].iloc[0]), grid, [heading(one) for one in metrics], rows)


def _known(values: "pd.Series[str]") -> list[str]:
    return [one for one in dict.fromkeys(values) if one]


def _row(setting: str, scores: pd.DataFrame, metrics: list[str], names: list[str], picture: Picture | None) -> Row:
    return Row(
        rank=int(scores["rank"].iloc[0]),
        changes={} if setting == BASELINE else dict(one.split("=", 1) for one in setting.split(" ")),
        names=names,
        seeds=int(scores["seeds"].max()),
        picture=picture,
        lines=lines(scores, metrics),
    )
