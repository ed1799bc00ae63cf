"""Curves of a training as SVG inside a page, in the page's own colours."""

from dataclasses import dataclass
from itertools import cycle

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gan.report.svg import INK, LINES, STYLE, Drawing, svg

matplotlib.use("Agg")
from matplotlib import pyplot as plt

Numbers = NDArray[np.float64]
KEYS = ("step", "epoch")
SIZE = (4.8, 3.4)  # inches
LETTERS, ROW = 50, 0.068  # of a legend: letters in a row, and a row's share of the height
LEFT, RIGHT = 0.13, 0.97  # the axis begins and ends at these shares of the width, unless its numbers need more
WIDER = 1.15  # a browser's letters, relative to matplotlib's, at most
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (7, 2, 2, 2)))  # a line is told by its dashes too

MARKS = "○ around the best checkpoint, □ around the last."


@dataclass(frozen=True)
class Curves:
    """One panel: a title, an explanation, and columns by the ends of their names; without any it takes the rest."""

    title: str
    caption: str
    ends: tuple[str, ...] = ()
    scale: float = 1.0
    is_score: bool = False  # of snapshots: marked, with the best circled


PANELS = (
    Curves("KID ×1000 of snapshots", f"Lower is better. {MARKS}", ("_kid",), 1000, is_score=True),
    Curves(
        "FID of snapshots",
        f"Lower is better. Of fewer images than the table's scores, which makes FID larger. {MARKS}",
        ("_fid",),
        is_score=True,
    ),
    Curves(
        "Recall and coverage of snapshots",
        "How much of the variety of real images is made; if it falls, the generator loses kinds of images.",
        ("recall", "coverage"),
        is_score=True,
    ),
    Curves(
        "Losses",
        "Means since the last row. Generator and discriminator work against each other: no loss need fall.",
    ),
    Curves(
        "Outputs of the discriminator",
        "1 means “real”, 0 “generated”. Both near 0.5: it cannot tell them apart.",
        ("_real", "_fake"),
    ),
    Curves(
        "Accuracy and spread of the discriminator",
        "Accuracy at 1: it has won, and the generator learns nothing from it. Spread at 0: it is dead.",
        ("accuracy", "spread"),
    ),
    Curves(
        "Diversity of generated images",
        "Relative to real images; near 0 the generator has collapsed.",
        ("diversity",),
    ),
)


def curves(history: pd.DataFrame, name: str, best: int | None) -> list[Drawing]:
    """A drawing for each panel that the history has numbers for.

    Args:
        history: a row for each step; other columns than `step` and `epoch` are drawn if they hold numbers.
        name: is in the ids of the drawings, which must be unique in a page.
        best: the step of the best snapshot.
    """
    numbers = history.apply(pd.to_numeric, errors="coerce").replace([np.inf, -np.inf], np.nan)
    numbers = numbers.dropna(subset=["step"]).sort_values("step", kind="stable")
    known = tuple(end for panel in PANELS for end in panel.ends)
    left = [column for column in numbers if column not in KEYS and numbers[column].notna().any()]
    drawings: list[Drawing] = []
    for panel in PANELS:
        columns = [one for one in left if (one.endswith(panel.ends) if panel.ends else not one.endswith(known))]
        if columns:
            drawings.append(_drawn(panel, numbers, columns, f"{name}-{len(drawings)}", best))
    return drawings


def _drawn(panel: Curves, numbers: pd.DataFrame, columns: list[str], name: str, best: int | None) -> Drawing:
    with matplotlib.rc_context(STYLE | {"svg.hashsalt": name}):
        figure, axes = plt.subplots(figsize=SIZE)
        lines = []
        for column, colour, dash in zip(columns, cycle(LINES), cycle(DASHES), strict=False):
            points = numbers[["step", column]].dropna()
            steps, heights = points["step"].to_numpy(), points[column].to_numpy() * panel.scale
            lines += axes.plot(steps, heights, color=colour, ls=dash, lw=1.5, marker="." if panel.is_score else "")
            if panel.is_score:
                _mark(axes, steps, heights, colour, best)
        axes.set_xlabel("step")
        axes.grid(color=INK, alpha=0.15)
        across = max(1, LETTERS // (max(map(len, columns)) + 7))
        names = [column.lstrip("_") for column in columns]  # matplotlib hides names that begin with _
        figure.legend(lines, names, loc="upper left", ncols=across, handlelength=2.6, borderaxespad=0)
        top = 0.98 - ROW * -(-len(columns) // across)
        figure.subplots_adjust(left=LEFT, right=RIGHT, bottom=0.14, top=top)
        left, right = _sides(figure, axes)
        figure.subplots_adjust(left=left, right=right)
        drawing = svg(figure, name, panel.title)
        plt.close(figure)
    return Drawing(panel.title, panel.caption, drawing)


def _sides(figure: Figure, axes: Axes) -> tuple[float, float]:
    """Where the axis begins and ends, as shares of the width, so that no number beside or below it is cut."""
    figure.draw_without_rendering()
    widest = max(label.get_window_extent().width for label in axes.get_yticklabels())
    below = [label.get_window_extent() for label in axes.get_xticklabels()]
    end = max((box.x0 + box.x1 + WIDER * box.width) / 2 for box in below)  # of a number that stands around its tick
    spare = figure.bbox.width - end
    return max(LEFT, WIDER * widest / figure.bbox.width + 0.02), RIGHT + min(0.0, spare / figure.bbox.width)


def _mark(axes: Axes, steps: Numbers, heights: Numbers, colour: str, best: int | None) -> None:
    """A circle around the best snapshot, a square around the last."""
    for wanted, marker, size in ((best, "o", 12), (steps[-1], "s", 8)):
        at = steps == wanted
        axes.plot(steps[at], heights[at], marker, mfc="none", mec=colour, ms=size)
