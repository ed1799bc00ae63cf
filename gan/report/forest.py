"""A picture of what a study found: the mean KID of each setting with its interval, beside that of the default."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from gan.report.svg import INK, LINES, STYLE, Drawing, svg
from gan.report.verdicts import BETTER, DEFAULT, WORSE, kind

matplotlib.use("Agg")
from matplotlib import pyplot as plt

SCALE = 1000.0  # of KID, as everywhere
PAINTED = {BETTER: "#1a7f37", WORSE: "#b42318", DEFAULT: "#1f4e9e", "": "#6b7280"}  # "" is every other verdict
LIVING = {BETTER: LINES[2], WORSE: LINES[5], DEFAULT: LINES[0], "": INK}  # as the page shows them, light and dark
WIDTH, ROW, SECOND, REST = 4.6, 0.27, 0.12, 0.9  # inches: a row of one direction, each further one, axis and title
CAPTION = (
    "Lower is better. The dotted line is the default; a line through a point is the 95 % interval of its mean over "
    "seeds, or of sampling alone if there is one seed; an arrow at its end: it goes on."
)


def drawing(table: pd.DataFrame, name: str, identity: str) -> Drawing:
    """The picture of a group for a page; `identity` is unique there, `table` is of KID by one extractor."""
    with matplotlib.rc_context(STYLE | {"svg.hashsalt": identity}):
        figure, axes = plt.subplots(figsize=(WIDTH, _height(table)), layout="constrained")
        _panel(axes, table, LIVING)
        made = svg(figure, identity, f"KID of each setting of {name} with its 95 % interval")
        plt.close(figure)
    return Drawing(f"KID ×1000{_scale(axes)}", CAPTION, made)


def picture(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """One picture of all groups as a PNG, a panel a group."""
    heights = [_height(table) for table in tables.values()]
    figure, panels = plt.subplots(
        len(tables), 1, figsize=(9, sum(heights)), height_ratios=heights, squeeze=False, layout="constrained"
    )
    for (name, table), axes in zip(tables.items(), panels[:, 0], strict=True):
        _panel(axes, table, PAINTED)
        axes.set_title(f"{name}: KID ×1000, lower is better{_scale(axes)}", loc="left")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def _scale(axes: Axes) -> str:
    return ", on a logarithmic scale" if axes.get_xscale() == "log" else ""


def _height(table: pd.DataFrame) -> float:
    return table["setting"].nunique() * (ROW + SECOND * (table["direction"].nunique() - 1)) + REST


def _panel(axes: Axes, table: pd.DataFrame, colours: Mapping[str, str]) -> None:
    """A row a setting, in the order of the table; what the verdict is, is also written beside it."""
    places = {setting: place for place, setting in enumerate(table["setting"].unique())}
    directions = [*table["direction"].unique()]
    left, right = _scaled(axes, table)
    for index, direction in enumerate(directions):
        shift = (index - (len(directions) - 1) / 2) * 0.36
        for row in table[table["direction"] == direction].to_dict("records"):
            height, verdict = places[row["setting"]] + shift, kind(row["verdict"])
            colour, mean, reach = colours.get(verdict, colours[""]), SCALE * row["mean"], SCALE * row["reach"]
            axes.plot([max(mean - reach, left), min(mean + reach, right)], [height] * 2, color=colour, lw=1.6)
            axes.plot(mean, height, "os^D"[index % 4], color=colour, ms=5)
            if mean - reach < left:
                axes.plot(left, height, "<", color=colour, ms=4, clip_on=False)
            if verdict == DEFAULT:
                axes.axvline(mean, color=colour, lw=0.8, ls=":")
            elif verdict in (BETTER, WORSE):
                edge = axes.get_yaxis_transform()
                axes.text(1.01, height, verdict, color=colour, va="center", fontsize="small", transform=edge)
    axes.set_yticks([*places.values()], [*places])
    axes.set_ylim(len(places) - 0.4, -0.6)
    axes.grid(axis="x", color=colours[""], alpha=0.2)
    if len(directions) > 1:
        marks = [axes.plot([], [], "os^D"[index % 4], color=colours[""], ms=5)[0] for index in range(len(directions))]
        axes.legend(marks, directions, loc="lower right", bbox_to_anchor=(1, 1), ncols=4, frameon=False)


def _scaled(axes: Axes, table: pd.DataFrame) -> tuple[float, float]:
    """Set the axis, logarithmic if it can be, so that one bad setting does not push all others together."""
    means, reach = SCALE * table["mean"], SCALE * table["reach"].fillna(0)
    low, high = float((means - reach).min()), float((means + reach).max())
    if means.min() > 0:
        left, right = max(low, float(means.min()) / 2) * 0.9, high * 1.1
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        edge = 0.05 * (high - low) or 1.0
        left, right = low - edge, high + edge
    axes.set_xlim(left, right)
    return left, right
