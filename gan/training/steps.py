"""The steps of a training, as every rank makes them."""

import torch

from gan.core.seeding import seed_torch
from gan.core.streams import Stream
from gan.run.errors import InputsChangedError
from gan.run.fingerprint import Fingerprint, unlike
from gan.training.ranks import ranks
from gan.training.recipe import Recipe, restore


def follow(recipe: Recipe, seed: int, inputs: Fingerprint | None = None) -> None:
    """Make the same steps as the first rank, which alone watches, writes and decides when to stop.

    Args:
        inputs: those of this rank, if they might be others than the first's.

    Raises:
        InputsChangedError: they are others.
        RankError: the first rank has ended.
    """
    told = ranks().told()
    if inputs is not None and (others := unlike(told["inputs"], inputs)):
        raise InputsChangedError(
            f"rank {ranks().rank} has other inputs than the first: {', '.join(others)}; give all ranks the same code, "
            "params.yaml and data"
        )
    restore(recipe, told["recipe"])
    for step in range(told["step"], recipe.total_steps):
        made(recipe, seed, step)


def made(recipe: Recipe, seed: int, step: int) -> dict[str, torch.Tensor]:
    """Train on one batch; its scalars are those of all ranks."""
    seed_torch(Stream.STEP, seed, step)
    return ranks().averaged(recipe.step(step))
