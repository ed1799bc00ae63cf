"""Recipes whose speed is measured: the default ones, and both models at the papers' sizes; images are noise."""

from collections.abc import Callable

import numpy as np

from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.cyclegan.train.recipe import CycleGAN
from gan.dcgan.train.recipe import DCGAN
from gan.params.models import cyclegan as cyclegan_params
from gan.params.models import dcgan as dcgan_params
from gan.params.schema import Params
from tests.papers import PAPER

COUNT = 256  # images
LOSS = {"loss": "least_squares", "penalties": {"r1": 0.0, "r2": 0.0, "gradient": 0.0, "every": 1}}  # CycleGAN's paper


def noise(seed: int, count: int, size: int, channels: int) -> Uint8:
    """uint8 (count, size, size, channels)."""
    return np.random.default_rng(seed).integers(0, 256, (count, size, size, channels), np.uint8)


def stepping(recipe: DCGAN | CycleGAN) -> Callable[[], object]:
    """A step, each time the next one."""
    steps = iter(range(10**9))
    return lambda: recipe.step(next(steps))


def dcgan(size: int, batch: int, p: Params, runtime: Runtime) -> DCGAN:
    """Networks of width 64, as in the paper, for images in colour."""
    block = p.train_dcgan.model_dump() | {"batch_size": batch}
    for network in ("generator", "discriminator"):
        block[network] |= {"width": 64}
    return DCGAN(noise(0, COUNT, size, 3), dcgan_params.Train.model_validate(block), p.lr, 0, runtime)


def cyclegan(size: int, blocks: int, batch: int, p: Params, runtime: Runtime) -> CycleGAN:
    """The paper's networks and losses, on noise."""
    a, b = (noise(seed, max(32, batch), size, 3) for seed in (0, 1))
    return CycleGAN(a, b, paper_cyclegan(blocks, batch, p), p.lr, 0, runtime)


def paper_cyclegan(blocks: int, batch: int, p: Params) -> cyclegan_params.Train:
    """The paper's networks and losses, with its identity loss."""
    block = p.train_cyclegan.model_dump()
    discriminator = block["discriminator"] | {"width": 64, "layers": 3}
    networks = {"generator": PAPER | {"width": 64, "blocks": blocks}, "discriminator": discriminator}
    changes = {"lambda_identity": 0.5, "batch_size": batch, "load_size": None, "crop_size": None, **LOSS}
    return cyclegan_params.Train.model_validate(block | changes | networks)


def default_dcgan(p: Params, runtime: Runtime) -> DCGAN:
    images = p.prepare_data.images
    return DCGAN(noise(0, COUNT, images.image_size, images.channels), p.train_dcgan, p.lr, 0, runtime)


def default_cyclegan(p: Params, runtime: Runtime) -> CycleGAN:
    a, b = (noise(seed, COUNT, p.prepare_data.domains.image_size, 3) for seed in (0, 1))
    return CycleGAN(a, b, p.train_cyclegan, p.lr, 0, runtime)


DEFAULTS: dict[str, Callable[[Params, Runtime], DCGAN | CycleGAN]] = {
    "dcgan": default_dcgan,
    "cyclegan": default_cyclegan,
}
