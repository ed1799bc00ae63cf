"""Generators on disk: safetensors, with the params that rebuild the network in the file's metadata."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from gan.run.errors import CheckpointError, lacking_memory
from gan.run.files import write_whole
from gan.run.paths import CHECKPOINTS

Weights = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Checkpoint:
    """The weights of one or more networks under `network.tensor` names, and the metadata that explains them."""

    weights: Weights
    meta: dict[str, Any]  # JSON values: model, step, ema_decay, and what the networks are built from
    path: Path | None = field(default=None, compare=False)  # where it was read from

    def network(self, name: str) -> Weights:
        """The weights of one network, in the form of its `state_dict`."""
        prefix = f"{name}."
        return {key.removeprefix(prefix): t for key, t in self.weights.items() if key.startswith(prefix)}


def named(networks: dict[str, nn.Module]) -> Weights:
    """The weights of several networks under `network.tensor` names."""
    return {
        f"{name}.{key}": tensor for name, network in networks.items() for key, tensor in network.state_dict().items()
    }


def origin(checkpoint: Checkpoint) -> dict[str, Any]:
    """The `step` and the `ema_decay` of a checkpoint, which the table of scores records; raises as `refuse_others`."""
    with refuse_others(checkpoint):
        return {name: checkpoint.meta[name] for name in ("step", "ema_decay")}


@contextmanager
def refuse_others(checkpoint: Checkpoint) -> Iterator[None]:
    """Rebuild networks in this block.

    Raises:
        CheckpointError: the checkpoint is of another model, or of another version of this program.
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, RuntimeError) as error:
        if lacking_memory(error):
            raise
        reason = f"{type(error).__name__}: {' '.join(str(error).split())[:80]}"
        path, model = checkpoint.path or "the checkpoint", checkpoint.meta.get("model", "an unknown model")
        raise CheckpointError(
            f"{path} is of {model}, and does not fit the model here ({reason}); `dvc checkout --force {path}` restores "
            "what your dvc.lock records"
        ) from error


def path_of(model: str, name: str) -> Path:
    """Where a checkpoint lies: `best`, `last`, or the snapshot of a step, such as `step-0000625`."""
    folder = CHECKPOINTS / model
    return (folder / "snapshots" if name.startswith("step-") else folder) / f"{name}.safetensors"


def write(path: Path, checkpoint: Checkpoint) -> None:
    """Write one file."""
    write_whole(path, content(checkpoint))


def content(checkpoint: Checkpoint) -> bytes:
    """What its file holds; the same checkpoint gives the same bytes."""
    weights = {name: tensor.contiguous() for name, tensor in checkpoint.weights.items()}
    return save(weights, {"gan": json.dumps(checkpoint.meta, sort_keys=True)})


def read(path: Path) -> Checkpoint:
    """Read a file that `write` made. No code in it is run.

    Raises:
        CheckpointError: the file is missing or damaged, or was not written by this program.
    """
    if path.is_dir():
        raise CheckpointError(f"{path} is a folder; remove it, then `dvc checkout` restores the file")
    try:
        with safe_open(path, "pt") as file:
            meta = (file.metadata() or {}).get("gan")
            if meta is None:
                raise CheckpointError(f"{path} has no `gan` metadata: it was not written by this program")
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return Checkpoint(weights, json.loads(meta), path)
    except FileNotFoundError as error:
        there = ", ".join(sorted(one.stem for one in path.parent.glob("*.safetensors")))
        raise CheckpointError(
            f"{path} is missing; `dvc repro` or `dvc pull` brings it{f'. There are {there}' if there else ''}"
        ) from error
    except (SafetensorError, ValueError) as error:  # ValueError: metadata that is no JSON
        raise CheckpointError(f"{path} is damaged ({error}); `dvc checkout --force {path}` restores it") from error
