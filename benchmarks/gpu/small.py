"""Recipes small enough to check in seconds, and what is compared of them; images are noise."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.speed.recipes import noise
from gan.core.runtime import Runtime
from gan.core.seeding import seed_torch
from gan.core.streams import Stream
from gan.cyclegan.train.recipe import CycleGAN
from gan.dcgan.train.recipe import DCGAN, Classes
from gan.params.models import cyclegan as cyclegan_params
from gan.params.models import dcgan as dcgan_params
from gan.params.schema import load
from gan.run.paths import PARAMS
from gan.training.ema import Average
from gan.training.recipe import Recipe
from tests.papers import PAPER

ROOT = Path(__file__).parents[2]
COUNT = 32  # images
SEED = 0
Changes = dict[str, Any]  # `generator.norm` → its value
Build = Callable[[Runtime], Recipe]

DCGAN_SMALL: Changes = {"epochs": 25, "batch_size": 8, "generator.width": 8, "discriminator.width": 8}
CYCLEGAN_SMALL: Changes = {"epochs": 2, "decay_epochs": 2, "load_size": 36, "crop_size": 32, "pool_size": 4}
CYCLEGAN_SMALL |= {"generator.width": 8, "generator.blocks": 2, "discriminator.width": 8}
WATCHED: Changes = {"snapshots.count": 2, "watch.every_steps": 50, "watch.stop": False}
THE_PAPERS: Changes = {f"generator.{name}": value for name, value in PAPER.items()}


def dcgan(changes: Changes, runtime: Runtime, size: int = 32, channels: int = 1, lr: float | None = None) -> DCGAN:
    """The `train_dcgan` block of params.yaml with small networks and these changes, on 32 images."""
    p = load(ROOT / PARAMS)
    block = changed(p.train_dcgan.model_dump(), DCGAN_SMALL | WATCHED | changes)
    images = noise(SEED, COUNT, size, channels)
    params, rate = dcgan_params.Train.model_validate(block), p.lr if lr is None else lr
    classes = Classes(["a", "b", "c"], np.arange(COUNT) % 3) if params.conditional else None
    return DCGAN(images, params, rate, SEED, runtime, classes)


def cyclegan(
    changes: Changes, runtime: Runtime, size: int = 40, channels: int = 3, lr: float | None = None
) -> CycleGAN:
    """The `train_cyclegan` block with small networks and these changes, on 32 images of each domain.

    Args:
        channels: of the images of domain A; those of B have 3.
    """
    p = load(ROOT / PARAMS)
    block = changed(p.train_cyclegan.model_dump(), CYCLEGAN_SMALL | WATCHED | changes)
    a, b = noise(SEED, COUNT, size, channels), noise(SEED + 1, COUNT, size, 3)
    params = cyclegan_params.Train.model_validate(block)
    return CycleGAN(a, b, params, p.lr if lr is None else lr, SEED, runtime)


BUILDS: dict[str, Build] = {
    "DCGAN": lambda runtime: dcgan({}, runtime),
    "CycleGAN": lambda runtime: cyclegan({}, runtime),
}


def changed(block: dict[str, Any], changes: Changes) -> dict[str, Any]:
    """The block with other values, in place; a dot leads into a block inside it."""
    for path, value in changes.items():
        *blocks, last = path.split(".")
        place = block
        for name in blocks:
            place = place[name]
        if last not in place:
            raise KeyError(f"params.yaml has no {path}")
        place[last] = value
    return block


def built(build: Build, runtime: Runtime, seed: int = SEED) -> Recipe:
    """A recipe whose weights depend on the seed alone, and so are the same on every device."""
    seed_torch(Stream.WEIGHTS, seed)
    return build(runtime)


def trained(recipe: Recipe, first: int, last: int) -> list[dict[str, torch.Tensor]]:
    """Train from step `first` to before `last`, as the loop seeds it; the losses of each step."""
    losses = []
    for step in range(first, last):
        seed_torch(Stream.STEP, SEED, step)
        losses.append(recipe.step(step))
    return losses


def networks(recipe: Recipe) -> dict[str, nn.Module]:
    """The networks that are trained, without their averages."""
    parts = recipe.parts().items()
    modules = {name: one for name, one in parts if isinstance(one, nn.Module) and not isinstance(one, Average)}
    return {name: one for name, one in modules.items() if any(True for _ in one.parameters())}


def leaves(state: Any, path: str = "") -> dict[str, Any]:
    """Every tensor and number of a nested state, by its path."""
    if not isinstance(state, dict | list | tuple):
        return {path: state}
    parts = state.items() if isinstance(state, dict) else enumerate(state)
    return {where: leaf for name, part in parts for where, leaf in leaves(part, f"{path}/{name}").items()}


def differing(one: Any, other: Any) -> list[str]:
    """The paths at which two nested states differ by a bit or more."""
    a, b = leaves(one), leaves(other)
    return [
        path for path in [*a, *(b.keys() - a.keys())] if path not in a or path not in b or not _same(a[path], b[path])
    ]


def _same(one: Any, other: Any) -> bool:
    if torch.is_tensor(one) and torch.is_tensor(other):
        return one.dtype == other.dtype and torch.equal(one.cpu(), other.cpu())
    return type(one) is type(other) and bool(one == other)
