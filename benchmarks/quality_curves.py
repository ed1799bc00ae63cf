"""What benchmarks/quality.csv tells: KID over the seconds of training, in words and as a picture."""

from collections.abc import Iterator
from pathlib import Path

import matplotlib
import pandas as pd

matplotlib.use("Agg")
from matplotlib import pyplot as plt

COLOURS = "#1f4e9e", "#b45309"


def summary(curves: pd.DataFrame) -> Iterator[str]:
    """`ours: good after 61 s`, a line for each way of training a model."""
    for way, part in curves.groupby("way", sort=False):
        good = part[part["kid"] <= part["target"]]["seconds"]
        found = f"not good after {part['seconds'].max():.0f} s" if good.empty else f"good after {good.min():.0f} s"
        yield f"{way}: {found}"


def draw(curves: pd.DataFrame, path: Path) -> None:
    """Write the picture as a PNG, a panel for each model; a dotted line is the KID that counts as good."""
    models = curves.groupby("model", sort=False)
    figure, panels = plt.subplots(1, len(models), figsize=(5.5 * len(models), 3.6), squeeze=False, layout="constrained")
    for (model, rows), axes in zip(models, panels[0], strict=True):
        for (way, part), colour in zip(rows.groupby("way", sort=False), COLOURS, strict=False):
            axes.plot(part["seconds"], 1000 * part["kid"], "o-", color=colour, ms=3, label=way)
        axes.axhline(1000 * rows["target"].iloc[-1], color="#6b7280", lw=0.8, ls=":")
        axes.set_yscale("log")
        axes.set_title(f"{model}: KID ×1000", loc="left", fontsize="medium")
        axes.set_xlabel("seconds of training")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)
