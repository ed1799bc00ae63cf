"""Sees in time what one finds out too late: a generator that collapsed, a discriminator that died or won."""

from typing import Any

import numpy as np

from gan.core.errors import CollapseError
from gan.core.images import Images, Uint8
from gan.core.params import Watch
from gan.core.progress import Progress

WATCHED = 64  # images made, and real ones
CHANCE = 0.5  # accuracy of a discriminator that tells nothing


def watch(
    rows: list[dict[str, float]], made: dict[str, Uint8], real: dict[str, Images], params: Watch, progress: Progress
) -> None:
    """Add `diversity` of what is made to the newest row, and say in a line what went wrong since the last look.

    Args:
        rows: of history; columns that end in `accuracy` are those of discriminators, 1 where all images are told.
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
    for column in (name for name in newest if name.endswith("accuracy")):
        value = float(np.mean([row[column] for row in since]))
        if value > params.most_accuracy:
            troubles.append(f"{column} {value:.3f}: the discriminator tells all images, and teaches nothing")
        elif value < CHANCE:
            troubles.append(f"{column} {value:.3f}: the discriminator is dead")
    for trouble in troubles:
        progress.say(f"warning: step {newest['step']:.0f}: {trouble}")
    if troubles and params.stop:
        raise CollapseError(f"stopped at step {newest['step']:.0f}, as `watch.stop` asks: {troubles[0]}")


def diversity(made: Uint8, real: Images) -> float:
    """How much images differ from each other, pixel by pixel, relative to as many real ones: 0 is not at all."""
    chosen = np.linspace(0, len(real) - 1, min(len(made), len(real))).round().astype(int)
    return float(_spread(made) / max(_spread(real[chosen]), 1e-9))


def _spread(images: Any) -> float:
    return float(images.astype(np.float64).std(axis=0).mean())
