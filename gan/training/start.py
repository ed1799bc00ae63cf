"""A warm start: a training that begins from the generators of another."""

import hashlib
from contextlib import chdir
from typing import Any

import torch

from gan.artifacts.checkpoint import Checkpoint, content
from gan.run.errors import CheckpointError
from gan.run.paths import main_repository
from gan.training.environment import differences
from gan.training.recipe import Recipe

AVERAGE = "ema_"  # how the names of a checkpoint's metadata begin that say how its average was taken
HISTORY = {"model", "step", "started", "imported"}  # what else it says beside what its networks are built from


def begin(recipe: Recipe, model: str) -> dict[str, Any] | None:
    """Give the generators and their averages the weights of the checkpoint that `start_from` names.

    The discriminators, which no checkpoint has, begin with random weights. The optimisers begin anew.

    Returns:
        What the checkpoints of this training say of it: `start_from`, and the SHA-256 of its content, as JSON values;
        None if `start_from` is null.

    Raises:
        CheckpointError: there is no such checkpoint, or its networks are others than this training's.
    """
    source = recipe.params.start_from
    if source is None:
        return None
    from gan.use.load import checkpoint_of  # imported here, as it imports DVC

    with chdir(main_repository()):  # an experiment's copy has neither the user's files nor the names of experiments
        checkpoint = checkpoint_of(source, model)
    _refuse_other_networks(checkpoint, recipe.meta(), source)
    _copy(checkpoint, recipe)
    return {"start_from": source, "sha256": hashlib.sha256(content(checkpoint)).hexdigest()}


def _refuse_other_networks(checkpoint: Checkpoint, wanted: dict[str, Any], source: str) -> None:
    there, here = (_flat(meta) for meta in (checkpoint.meta, wanted))
    if changes := differences(there, here):
        raise CheckpointError(
            f"start_from {source}: its networks are not those of this training ({', '.join(changes)}); set these "
            "params to its values"
        )


def _flat(meta: dict[str, Any]) -> dict[str, Any]:
    """What networks are built from, the values of nested blocks by dotted names."""
    found: dict[str, Any] = {}
    for name, value in meta.items():
        if name not in HISTORY and not name.startswith(AVERAGE):
            found |= {f"{name}.{key}": one for key, one in value.items()} if isinstance(value, dict) else {name: value}
    return found


def _copy(checkpoint: Checkpoint, recipe: Recipe) -> None:
    with torch.no_grad():
        for name, average in recipe.weights().items():
            average.copy_(checkpoint.weights[name])
    parts = recipe.parts()
    for network in {name.partition(".")[0] for name in recipe.weights()}:
        parts[network].load_state_dict(checkpoint.network(network))
