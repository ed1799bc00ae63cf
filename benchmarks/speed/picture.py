"""A picture of benchmarks/speed.csv: for each machine how fast ours is beside plain code, and beside the ceiling."""

from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, PercentFormatter

matplotlib.use("Agg")
from matplotlib import pyplot as plt

OURS, CEILING, PALE = "#1f4e9e", "#1a7f37", "#6b7280"
ROW, REST = 0.3, 0.9  # inches: a bar; title and axis


def draw(rows: pd.DataFrame, path: Path) -> None:
    """Write the picture as a PNG: a line of two panels for each machine and precision."""
    machines = [(", ".join(map(str, name)), part) for name, part in rows.groupby(["device", "precision"], sort=False)]
    heights = [ROW * max(part["ratio"].count(), part["of_ceiling"].count()) + REST for _, part in machines]
    figure, panels = plt.subplots(
        len(machines), 2, figsize=(12, sum(heights)), height_ratios=heights, squeeze=False, layout="constrained"
    )
    for (name, part), (beside, share) in zip(machines, panels, strict=True):
        _bars(beside, part.dropna(subset="ratio"), "ratio", OURS, "{:.2g} ×")
        beside.set_title(f"{name}: times plain code", loc="left", fontsize="medium")
        beside.set_xscale("log", base=2)
        beside.xaxis.set_major_locator(LogLocator(base=2))
        beside.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        beside.axvline(1, color=PALE, lw=0.8, ls=":")
        _bars(share, part.dropna(subset="of_ceiling"), "of_ceiling", CEILING, "{:.0%}")
        share.set_title("share of the ceiling", loc="left", fontsize="medium")
        share.set_xlim(0, 1)
        share.xaxis.set_major_formatter(PercentFormatter(1))
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def _bars(axes: Axes, rows: pd.DataFrame, column: str, colour: str, words: str) -> None:
    """A bar for each work, its value beside it; without rows the panel stays empty."""
    if rows.empty:
        axes.set_visible(False)
        return
    bars = axes.barh(rows["work"], rows[column], color=colour, height=0.6)
    axes.bar_label(bars, [words.format(value) for value in rows[column]], padding=3, fontsize="small")
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.spines[["top", "right"]].set_visible(False)
