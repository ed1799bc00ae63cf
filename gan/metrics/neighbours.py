"""Does the generator copy? Generated images beside the training images nearest to them."""

from pathlib import Path

import numpy as np

from gan.core.images import grid, save_png, to_rgb
from gan.metrics.evaluation import Evaluation

SHOWN = 10  # generated images: those nearest to a training image


def draw_neighbours(seen: Evaluation, path: Path) -> None:
    """Draw two rows for each direction: the generated images nearest to a training image, and those training images.

    The generated images are those of `evaluate.checkpoint`; distances are between features of the extractor. If a
    column shows the same image twice, the generator has copied it.
    """
    rows = []
    for one in seen.wanted:
        if one.checkpoint == seen.params.evaluate.checkpoint:
            distances, nearest = seen.nearest(one.compared, one.train)
            chosen = np.argsort(distances, kind="stable")[:SHOWN]
            for images, places in ((seen.images(one.compared), chosen), (seen.images(one.train), nearest[chosen])):
                rows.append(to_rgb(np.stack([images[place : place + 1][0] for place in places.tolist()])))
    zoom = max(1, 128 // rows[0].shape[1])
    save_png(grid(np.concatenate(rows), len(rows[0]), zoom=zoom), path)
