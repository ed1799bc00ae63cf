"""A contact sheet: what a dataset looks like at a glance."""

from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray

from gan.core.images import Images, evenly, grid, to_rgb

matplotlib.use("Agg")
from matplotlib import pyplot as plt

COLUMNS, ROWS = 12, 4


def contact_sheet(sets: dict[str, tuple[Images, NDArray[np.float64]]], path: Path) -> None:
    """For each set, evenly spaced images, and beside them the mean image of the whole set.

    Args:
        sets: name → images, uint8 (N, H, W, C), and their mean (H, W, C) in [0, 255].
    """
    figure, rows = plt.subplots(
        len(sets), 2, figsize=(14, 4.6 * len(sets)), width_ratios=[COLUMNS, ROWS], squeeze=False, layout="constrained"
    )
    for (name, (images, mean)), (left, right) in zip(sets.items(), rows, strict=True):
        some = evenly(images, COLUMNS * ROWS)
        left.imshow(grid(some, COLUMNS), interpolation="nearest")
        left.set_title(f"{name}: {len(some)} of {len(images)}", loc="left")
        right.imshow(to_rgb(mean.round().astype(np.uint8)[None])[0], interpolation="nearest")
        right.set_title("mean", loc="left")
        for axes in (left, right):
            axes.set_axis_off()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=80, metadata={"Software": None})
    plt.close(figure)
