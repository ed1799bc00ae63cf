"""Recipes small enough for tests, and functions that compare them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.core.seeding import seed_torch
from gan.core.streams import Stream
from gan.cyclegan.train.recipe import CycleGAN
from gan.dcgan.train.recipe import DCGAN, Classes
from gan.params.schema import Params
from gan.training.recipe import Recipe

Build = Callable[[Params], Recipe]


def colours(seed: int) -> Uint8:
    """20 plain images, uint8 (20, 40, 40, 3)."""
    shades = np.random.default_rng(seed).integers(0, 256, (20, 1, 1, 3), np.uint8)
    return np.ascontiguousarray(np.broadcast_to(shades, (20, 40, 40, 3)))


def small_dcgan(p: Params, digits: Uint8, runtime: Runtime) -> DCGAN:
    seed_torch(Stream.WEIGHTS, p.seed)
    classes = Classes(["one", "two", "three"], np.arange(32) % 3) if p.train_dcgan.conditional else None
    return DCGAN(digits[:32], p.train_dcgan, p.lr, p.seed, runtime, classes)


def small_cyclegan(p: Params, runtime: Runtime) -> CycleGAN:
    seed_torch(Stream.WEIGHTS, p.seed)
    return CycleGAN(colours(0), colours(1), p.train_cyclegan, p.lr, p.seed, runtime)


def discriminators(recipe: Recipe) -> list[nn.Module]:
    if isinstance(recipe, CycleGAN):
        return [*recipe.a.discriminators, *recipe.b.discriminators]
    return [recipe.discriminator] if isinstance(recipe, DCGAN) else []


def equal(one: Any, other: Any) -> bool:
    if torch.is_tensor(one):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(equal(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other)
