"""The networks of a trained model as they leave for elsewhere, and inputs to try them with."""

import math

import torch
from torch import nn

from gan.run.errors import CheckpointError, GanError
from gan.sampling.use import Direction, Input, Network
from gan.use.trained import Trained

Tensors = tuple[torch.Tensor, ...]
PICTURE = {2: "height", 3: "width"}
Shape = tuple[int, int, int]  # number of images, and about which height and width, where these are free
TRACED: Shape = (2, 48, 32)  # more than one image: our instance norm of a single one takes another way
TRIED: tuple[Shape, ...] = ((1, 32, 48), (3, 64, 32))  # not those that were traced


class Clipped(nn.Module):
    """A network whose output is clipped to [-1, 1], as an image's values are when it becomes uint8."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = self.module(*inputs)
        return made.clamp(-1, 1)


def networks_of(model: Trained, direction: str | None) -> dict[str, Network]:
    """The networks by name: those of all directions or of one, or the generator.

    Raises:
        GanError: there is no such direction, or the model has no network to give, or is of another version.
    """
    if model.use.directions is not None:
        names = [*model.directions] if direction is None else [direction]
        return {name: _translating(model.direction(name)) for name in names}
    if model.use.networks is None:
        raise CheckpointError(f"{model} cannot be exported: gan/{model.model}/use.py gives no `networks`")
    if direction is not None:
        raise GanError(f"direction {direction}: {model} makes images from noise, and has none; leave it out")
    return model.use.networks(model.checkpoint)


def _translating(how: Direction) -> Network:
    images = Input("images", (how.inputs, how.multiple, how.multiple), "uniform", PICTURE)
    return Network(how.network, (images,))


def drawn(network: Network, shape: Shape) -> Tensors:
    """Inputs for so many images, always the same ones; free axes have the next multiple of what is asked for."""
    count, *wanted = shape
    free = dict(zip(PICTURE, wanted, strict=True))
    found = []
    for one in network.inputs:
        sides = [-(-free[axis] // size) * size if axis in one.free else size for axis, size in enumerate(one.sizes, 1)]
        spread = _spread(count, *sides)
        if isinstance(one.draws, int):
            found.append((spread * one.draws).long())
        else:
            found.append((torch.special.ndtri(spread) if one.draws == "normal" else spread * 2 - 1).float())
    return tuple(found)


def _spread(*shape: int) -> torch.Tensor:
    """Numbers all over (0, 1), float64, of this shape: multiples of the golden ratio, modulo 1."""
    return (torch.arange(1, math.prod(shape) + 1, dtype=torch.float64) * (math.sqrt(5) - 1) / 2 % 1).view(shape)
