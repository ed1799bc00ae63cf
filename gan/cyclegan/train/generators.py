"""What a checkpoint says of CycleGAN's generators, and the generators that are rebuilt from it."""

from typing import Any

from gan.cyclegan.train.nets import Generator
from gan.params.models.cyclegan import GeneratorShape

# A checkpoint leaves these out, so that a new option changes no byte of the checkpoints that do not use it.
OFF: dict[str, Any] = {"gated": False}


def described(shape: GeneratorShape) -> dict[str, Any]:
    """The params of a generator as JSON values, without options that are off."""
    return {name: value for name, value in shape.model_dump().items() if name not in OFF or value != OFF[name]}


def rebuilt(meta: dict[str, Any], inputs: int, outputs: int) -> Generator:
    """A generator with new weights, from a checkpoint's metadata."""
    return Generator(GeneratorShape.model_validate(OFF | meta["generator"]), inputs, outputs)
