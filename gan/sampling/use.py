"""What a model does for those who use it, from its checkpoint alone: each `gan/<model>/use.py` has a `Use`, `USE`.

No stage imports a file called `use.py`, and .dvcignore hides them: an edit of one reruns nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Literal

import torch
from torch import nn

from gan.artifacts.checkpoint import Checkpoint
from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.run.errors import CheckpointError


@dataclass(frozen=True)
class Wanted:
    """Images to make from noise.

    Args:
        classes: names or numbers of the classes that they show in turn; empty shows all classes in turn.
        truncation: the largest absolute value of a latent's numbers; None bounds none.
        batch_size: images that go through the network at once.
    """

    count: int
    seed: int
    classes: tuple[str | int, ...]
    truncation: float | None
    batch_size: int


@dataclass(frozen=True)
class Direction:
    """A translation from one domain to the other.

    Args:
        network: float (N, inputs, H, W) in [-1, 1] to (N, outputs, H, W), on the CPU, in evaluation mode.
        multiple: divides the H and W that the network takes.
        reach: pixels, a multiple of `multiple`: an output pixel sees no input pixel farther away, except through the
            statistics of norms.
        norms: the names of the network's norms, all without weights and with an epsilon of 1e-5 → whether each channel
            has statistics of its own.
        run: (network, uint8 (N, H, W, inputs), batch size, runtime) → uint8 (N, H, W, outputs).
    """

    network: nn.Module
    inputs: int
    outputs: int
    multiple: int
    reach: int
    norms: dict[str, bool]
    run: Callable[[nn.Module, Uint8, int, Runtime], Uint8]


@dataclass(frozen=True)
class Input:
    """An input of a network, whose first axis is the number of images, N.

    Args:
        name: what it is called with, such as z.
        sizes: of the axes after the first; of a free one, what its size must be a multiple of.
        draws: its values: `normal` and `uniform` in [-1, 1] are float32, a number of classes means their labels, int64.
        free: of which axes any multiple will do, by their names: {2: "height", 3: "width"} of pictures (N, C, H, W).
    """

    name: str
    sizes: tuple[int, ...]
    draws: Literal["normal", "uniform"] | int
    free: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Network:
    """A network as it leaves for elsewhere.

    Args:
        module: inputs, in this order, to images, float (N, C, H, W) in [-1, 1]; what lies beyond is clipped. It is in
            evaluation mode, on the CPU.
    """

    module: nn.Module
    inputs: tuple[Input, ...]


@dataclass(frozen=True)
class Space:
    """The latents of a model, to walk among them.

    Args:
        between: (seed, another seed, share in [0, 1]) → latent float (z_dim,): on the way from the image that
            `sample` makes first of the one seed to that of the other.
        axes: float (n, z_dim), orthonormal: along the first, images change most.
        classes: the names of the classes; none if the model knows none.
        run: (latent (z_dim,), label or None, runtime) → uint8 (H, W, C).
    """

    between: Callable[[int, int, float], torch.Tensor]
    axes: torch.Tensor
    classes: list[str]
    run: Callable[[torch.Tensor, int | None, Runtime], Uint8]


@dataclass(frozen=True)
class Use:
    """What can be done with a checkpoint of a model; None is what this model cannot do.

    Args:
        samples: (checkpoint, wanted, runtime) → batches of images uint8 (N, H, W, C), one after the other.
        directions: checkpoint → name of a direction, such as a2b → how it translates.
        networks: checkpoint → name → what `python -m gan export` writes; a model that has directions needs none.
        imported: (a file of another program, the direction that its weights translate, a file of the opposite direction
            or None) → checkpoint.
        space: checkpoint → its latents.
    """

    samples: Callable[[Checkpoint, Wanted, Runtime], Iterator[Uint8]] | None = None
    directions: Callable[[Checkpoint], dict[str, Direction]] | None = None
    networks: Callable[[Checkpoint], dict[str, Network]] | None = None
    imported: Callable[[Path, str, Path | None], Checkpoint] | None = None
    space: Callable[[Checkpoint], Space] | None = None


def use_of(model: str) -> Use:
    """The `USE` of the model of that name.

    Raises:
        CheckpointError: this program has no such model, or its package has none.
    """
    try:
        found = getattr(import_module(f"gan.{model}.use"), "USE", None)
    except ModuleNotFoundError as error:
        if error.name not in (f"gan.{model}", f"gan.{model}.use"):
            raise
        found = None
    if not isinstance(found, Use):
        raise CheckpointError(f"checkpoints of {model} cannot be used here: gan/{model}/use.py has no `USE = Use(…)`")
    return found
