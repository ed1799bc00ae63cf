"""Figures of the results."""

from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.axes import Axes

matplotlib.use("Agg")
from matplotlib import pyplot as plt

SCORE = "_fid"  # ending of the columns with snapshots' scores
HIDDEN = ("_kid", "recall", "coverage", "accuracy", "spread", "diversity")  # columns of a history that are no losses

OVERVIEW = {
    "dcgan_samples": "DCGAN: samples",
    "dcgan_interpolation": "DCGAN: walks between two latents",
    "cyclegan_a2b": "CycleGAN, domain A to B, unseen images. Rows: input, translation, back again, truth where known",
    "cyclegan_b2a": "CycleGAN, domain B to A",
}


def training_curves(histories: dict[str, pd.DataFrame], path: Path) -> None:
    """One row for each model: its losses on the left, the FID of its snapshots on the right, with the lowest marked."""
    figure, rows = plt.subplots(len(histories), 2, figsize=(11, 3.4 * len(histories)), squeeze=False)
    for (model, history), (losses, scores) in zip(histories.items(), rows, strict=True):
        _losses(losses, model, history)
        _scores(scores, model, history)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100, metadata={"Software": None})
    plt.close(figure)


def overview(samples: Path, path: Path) -> None:
    """The grids of both models side by side: one picture of what a run made, a JPEG small enough for git.

    Args:
        samples: the folder in which the stage `sample` left its grids.
    """
    layout = ["sa"] * 5 + ["sb"] + ["ib"] * 4
    figure, places = plt.subplot_mosaic("\n".join(layout), width_ratios=[1, 1.9], figsize=(14, 7.8))
    for axes, (name, title) in zip((places[letter] for letter in "siab"), OVERVIEW.items(), strict=True):
        axes.imshow(plt.imread(samples / f"{name}.png"), interpolation="nearest")
        axes.set_title(title, fontsize=10)
        axes.set_axis_off()
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=0.96, hspace=1, wspace=0.02)
    figure.savefig(path, dpi=100, pil_kwargs={"quality": 88, "optimize": True})
    plt.close(figure)


def _losses(axes: Axes, model: str, history: pd.DataFrame) -> None:
    for name in history.columns.drop(["step", "epoch"]):
        if not name.endswith((SCORE, *HIDDEN)):
            axes.plot(history["step"], history[name], label=name, linewidth=1)
    axes.set(title=f"{model}: losses", xlabel="step", ylabel="mean since the last row")
    axes.legend(fontsize=7, ncols=2)
    axes.grid(alpha=0.3)


def _scores(axes: Axes, model: str, history: pd.DataFrame) -> None:
    for name in [column for column in history.columns if column.endswith(SCORE)]:
        points = history[["step", name]].dropna()
        (line,) = axes.plot(points["step"], points[name], marker=".", label=name)
        best = points.loc[points[name].idxmin()]
        axes.plot(best["step"], best[name], "o", mfc="none", ms=10, color=line.get_color())
    axes.set(
        title=f"{model}: FID of snapshots, lowest circled",
        xlabel="step",
        ylabel="FID",
        ylim=(0, None),
    )
    axes.legend(fontsize=7)
    axes.grid(alpha=0.3)
