"""Figures of the results."""

from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from gan.report.pictures import readable

matplotlib.use("Agg")
from matplotlib import pyplot as plt

SCORE = "_fid"  # ending of the columns with the snapshots' FID
HIDDEN = ("_kid", "recall", "coverage", "accuracy", "spread", "diversity")  # endings of other columns without losses


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


def overview(grids: dict[str, list[Path]], path: Path) -> None:
    """One picture with a column of grids for each model, as a JPEG small enough for git.

    Args:
        grids: model → the pictures that the stage `sample` drew, `<model>_<name>.png`.
    """
    columns = {model: [_picture(one) for one in paths] for model, paths in grids.items()}
    heights = [[one.shape[0] / one.shape[1] for one in pictures] for pictures in columns.values()]
    figure = plt.figure(figsize=(14, 8), layout="constrained")
    parts = figure.subfigures(1, len(grids), width_ratios=[1 / sum(one) for one in heights], squeeze=False)[0]
    for part, ratios, (model, pictures) in zip(parts, heights, columns.items(), strict=True):
        places = part.subplots(len(pictures), 1, height_ratios=ratios, squeeze=False)[:, 0]
        for axes, picture, place in zip(places, pictures, grids[model], strict=True):
            axes.imshow(picture, interpolation="nearest")
            axes.set_title(f"{model}: {place.stem.removeprefix(f'{model}_')}", fontsize=10)
            axes.set_axis_off()
    figure.savefig(path, dpi=100, pil_kwargs={"quality": 88, "optimize": True})
    plt.close(figure)


def _picture(path: Path) -> NDArray[np.float32]:
    """A picture (H, W, 3) in [0, 1]; raises as `readable`."""
    with readable(path, "sample"):
        found: NDArray[np.float32] = plt.imread(path)
    return found


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
        if points.empty:
            continue
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
