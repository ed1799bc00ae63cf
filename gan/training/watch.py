"""Sees in time what one finds out too late: a generator that collapsed, a discriminator that died or won."""

import numpy as np
import torch

from gan.core.errors import CollapseError
from gan.core.images import Images, Uint8
from gan.core.params import Watch
from gan.core.progress import Progress

WATCHED = 64  # images made, and real ones
Row = dict[str, float]


def watch(rows: list[Row], made: dict[str, Uint8], real: dict[str, Images], params: Watch, progress: Progress) -> None:
    """Add `diversity` of what is made to the newest row, and say in a line what went wrong since the last look.

    Args:
        rows: of history; columns that end in `accuracy` and `spread` are those of discriminators (see `verdicts`).
        made, real: by name, uint8 (N, H, W, C).

    Raises:
        CollapseError: something did, and `params.stop` asks for it.
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
    """A sentence for each that won or died in these rows, judged by their means."""
    troubles = []
    for column in rows[-1]:
        value = float(np.mean([row[column] for row in rows])) if column.endswith(("accuracy", "spread")) else 0.0
        if column.endswith("accuracy") and value > params.most_accuracy:
            troubles.append(f"{column} {value:.3f}: the discriminator tells all images, and teaches nothing")
        if column.endswith("spread") and value < params.least_spread:
            troubles.append(f"{column} {value:.4f}: the discriminator says the same of every image: it is dead")
    return troubles


def verdicts(real: torch.Tensor, fake: torch.Tensor) -> dict[str, torch.Tensor]:
    """What to watch of a discriminator: scalars on the device.

    `accuracy` is the share of images that it tells. `spread` is the standard deviation of what it says of all of them
    together: 0.5 where it tells all, 0 where it says the same of every image. At equilibrium accuracy is that of a
    coin, and so is a dead discriminator's; only the latter has no spread.

    Args:
        real, fake: what it says of real and of made images, of one shape, on a scale where 1 is real and 0 is made.
    """
    told = torch.cat([real > 0.5, fake < 0.5])
    return {"accuracy": told.float().mean(), "spread": torch.cat([real, fake]).float().std(correction=0)}


def diversity(made: Uint8, real: Images) -> float:
    """How far images are from the one most like them, pixel by pixel, relative to as many real ones.

    0 where each has a twin: all are one image, or a few.
    """
    chosen = np.linspace(0, len(real) - 1, min(len(made), len(real))).round().astype(int)
    return _to_nearest(made) / max(_to_nearest(real[chosen]), 1e-9)


def _to_nearest(images: Uint8) -> float:
    """The mean distance of (N, H, W, C) to the nearest of the others."""
    flat = torch.from_numpy(images.reshape(len(images), -1).astype(np.float32))
    distances = torch.cdist(flat, flat, compute_mode="donot_use_mm_for_euclid_dist")
    return float(distances.fill_diagonal_(torch.inf).min(dim=1).values.mean())
