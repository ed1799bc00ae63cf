"""The watchdog: warns during training if a generator has collapsed, or if a discriminator has won or is dead."""

import numpy as np
import torch

from gan.core.images import Images, Uint8, evenly
from gan.params.training import Watch
from gan.run.errors import CollapseError
from gan.run.progress import Progress

WATCHED = 64  # number of generated images, and of real ones
Row = dict[str, float]


def watch(rows: list[Row], made: dict[str, Uint8], real: dict[str, Images], params: Watch, progress: Progress) -> None:
    """Add the `diversity` of generated images to the newest row, and print a line for each failure since the last call.

    Args:
        rows: rows of the history; columns that end in `accuracy` and `spread` are of discriminators (see `health`).
        made, real: generated and real images by name, uint8 (N, H, W, C).

    Raises:
        CollapseError: there was a failure, and `params.stop` is true.
    """
    newest = rows[-1]
    troubles = []
    for name, images in made.items():
        value = diversity(images, real[name])
        newest["_".join(part for part in (name, "diversity") if part)] = value
        if value < params.least_diversity:
            troubles.append(
                f"{name or 'samples'}: {value:.2f} times as diverse as real images: the generator collapsed"
            )
    since = [row for row in rows if row["step"] > newest["step"] - params.every_steps]
    troubles += _of_discriminators(since, params)
    for trouble in troubles:
        progress.say(f"warning: step {newest['step']:.0f}: {trouble}")
    if troubles and params.stop:
        raise CollapseError(f"stopped at step {newest['step']:.0f}, as `watch.stop` asks: {troubles[0]}")


def _of_discriminators(rows: list[Row], params: Watch) -> list[str]:
    """A sentence for each discriminator that won or is dead, judged by the means of these rows."""
    troubles = []
    for column in rows[-1]:
        value = float(np.mean([row[column] for row in rows])) if column.endswith(("accuracy", "spread")) else 0.0
        if column.endswith("accuracy") and value > params.most_accuracy:
            troubles.append(f"{column} {value:.3f}: it recognises every image, so the generator learns nothing")
        if column.endswith("spread") and value < params.least_spread:
            troubles.append(f"{column} {value:.4f}: the discriminator says the same of every image: it is dead")
    return troubles


def diversity(made: Uint8, real: Images) -> float:
    """Mean distance of an image to the most similar other one, divided by the same for as many real images.

    The distance is Euclidean, over pixels. Diversity is 0 if every image has an identical twin: all are the same image,
    or one of a few. It is NaN (not defined) if every real image has one.

    Args:
        made, real: uint8 (N, H, W, C).
    """
    of_real = _to_nearest(evenly(real, len(made)))
    return _to_nearest(made) / of_real if of_real > 0 else float("nan")


def _to_nearest(images: Uint8) -> float:
    """The mean distance of an image to the nearest other one of (N, H, W, C)."""
    flat = torch.from_numpy(images.reshape(len(images), -1).astype(np.float32))
    distances = torch.cdist(flat, flat, compute_mode="donot_use_mm_for_euclid_dist")
    return float(distances.fill_diagonal_(torch.inf).min(dim=1).values.mean())
