"""CycleGAN's generators by their params, and from what a checkpoint says of them."""

from typing import Any

from gan.cyclegan.train.nets import Generator
from gan.cyclegan.train.translator import Translator
from gan.cyclegan.train.unet import UNet
from gan.params.models.cyclegan import GeneratorShape

# A checkpoint leaves these out, so that a new option changes no byte of the checkpoints that do not use it.
OFF: dict[str, Any] = {"architecture": "residual", "gated": False}


def generator(shape: GeneratorShape, inputs: int, outputs: int, depth: int) -> Translator:
    """A generator with new weights; `depth` is that of a U-Net."""
    if shape.architecture == "unet":
        return UNet(shape, inputs, outputs, depth)
    return Generator(shape, inputs, outputs)


def described(shape: GeneratorShape, depth: int) -> dict[str, Any]:
    """What a generator is rebuilt from, as JSON values: its params but options that are off, and a U-Net's depth."""
    on = {name: value for name, value in shape.model_dump().items() if name not in OFF or value != OFF[name]}
    return {"generator": on} | ({"depth": depth} if shape.architecture == "unet" else {})


def rebuilt(meta: dict[str, Any], inputs: int, outputs: int) -> Translator:
    """A generator with new weights, from a checkpoint's metadata."""
    shape = GeneratorShape.model_validate(OFF | meta["generator"])
    return generator(shape, inputs, outputs, meta["depth"] if shape.architecture == "unet" else 0)
