"""Checkpoints of both models, tiny and untrained, as files."""

from pathlib import Path
from typing import Any

import torch

from gan.artifacts.checkpoint import Checkpoint, named, write
from gan.cyclegan.train.generators import OFF, described, generator
from gan.dcgan.train.nets import Generator
from gan.params.models.cyclegan import GeneratorShape as TranslatorShape
from gan.params.models.dcgan import GeneratorShape

RESIDUAL: dict[str, Any] = OFF | {
    "width": 4, "blocks": 1, "downsample_padding": "reflect", "upsample": "resize", "norm": "layer", "skips": True,
    "output": "linear", "standardise": True,
}  # fmt: skip
PAPER = RESIDUAL | {"norm": "instance", "skips": False, "output": "tanh", "upsample": "transposed"}
UNET = RESIDUAL | {"architecture": "unet"}
DEPTH = 4  # of the U-Net: it halves 16 pixels to 1


def dcgan(classes: int = 0, latent: str = "normal", seed: int = 0, upsample: str = "transposed") -> Checkpoint:
    """A generator of 32² greyscale images; its weights are larger than untrained ones, so that images differ."""
    torch.manual_seed(seed)
    shape = GeneratorShape.model_validate({"z_dim": 6, "latent": latent, "width": 2, "upsample": upsample})
    network = Generator(shape, 32, 1, classes)
    for weight in network.parameters():
        torch.nn.init.normal_(weight, 0.0, 0.3)
    meta = {"model": "dcgan", "step": 3, "ema_decay": 0.0, "generator": shape.model_dump(), "size": 32, "channels": 1}
    names = {"classes": [f"{10 * label}" for label in range(classes)]} if classes else {}
    return Checkpoint(named({"generator": network}), meta | names)


def cyclegan(choices: dict[str, Any] = RESIDUAL, channels: tuple[int, int] = (3, 3), seed: int = 0) -> Checkpoint:
    """Both generators, with larger weights than untrained ones."""
    torch.manual_seed(seed)
    shape = TranslatorShape.model_validate(choices)
    a, b = channels
    networks = {"a2b": generator(shape, a, b, DEPTH), "b2a": generator(shape, b, a, DEPTH)}
    for network in networks.values():
        for weight in network.parameters():
            torch.nn.init.normal_(weight, 0.0, 0.2)
    about = {"model": "cyclegan", "step": 3, "ema_decay": 0.0, "channels": {"a": a, "b": b}}
    return Checkpoint(named({**networks}), about | described(shape, DEPTH))


def saved(checkpoint: Checkpoint, folder: Path) -> Path:
    """Write a checkpoint, called by its model."""
    path = folder / f"{checkpoint.meta['model']}.safetensors"
    write(path, checkpoint)
    return path
