"""What does a lever cost? `python -m benchmarks.levers` times the default steps with each lever on, in turns.

A row is the time of a step with the lever, relative to one without, the median over turns. For DCGAN both have no norm
in the discriminator, as penalties do not go with BatchNorm.
"""

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.speed.recipes import COUNT, noise, stepping
from benchmarks.speed.turns import rates
from gan.core.runtime import Runtime, choose_runtime
from gan.cyclegan.train.recipe import CycleGAN
from gan.dcgan.train.recipe import DCGAN, Classes
from gan.params.schema import Params, load

OFF = {"r1": 0.0, "r2": 0.0, "gradient": 0.0, "every": 1}
LEVERS: dict[str, dict[str, Any]] = {
    "none": {},
    "loss: relativistic": {"loss": "relativistic"},
    "penalties.r1": {"penalties": OFF | {"r1": 1.0}},
    "penalties.r1, every 16": {"penalties": OFF | {"r1": 1.0, "every": 16}},
    "penalties.r1 and r2": {"penalties": OFF | {"r1": 1.0, "r2": 1.0}},
    "penalties.gradient": {"penalties": OFF | {"gradient": 10.0}},
    "spectral_norm": {"discriminator": {"spectral_norm": True}},
    "augment.policy": {"augment": {"policy": ["colour", "translation", "cutout"]}},
    "discriminator_steps: 2": {"discriminator_steps": 2},
    "clip_gradients": {"clip_gradients": 1.0},
}
OF_DCGAN: dict[str, dict[str, Any]] = {
    "architecture: residual": {"architecture": "residual"},
    "conditional": {"conditional": True},
    "generator.upsample: resize": {"generator": {"upsample": "resize"}},
}
OF_CYCLEGAN: dict[str, dict[str, Any]] = {
    "generator.gated": {"generator": {"gated": True}},
    "generator.architecture: unet": {"generator": {"architecture": "unet"}},
    "discriminator.scales: 2": {"discriminator": {"scales": 2}},
}


def recipe(model: str, changes: dict[str, Any], p: Params, runtime: Runtime) -> DCGAN | CycleGAN:
    """The default recipe on noise, with these changes of its block."""
    block: dict[str, Any] = getattr(p, f"train_{model}").model_dump()
    if model == "dcgan":
        block["discriminator"]["norm"] = "none"
    for name, value in changes.items():
        block[name] = block[name] | value if isinstance(value, dict) else value
    params = type(getattr(p, f"train_{model}")).model_validate(block)
    images, domains = p.prepare_data.images, p.prepare_data.domains
    if model == "dcgan":
        classes = Classes([*"0123456789"], np.arange(COUNT) % 10) if params.conditional else None
        return DCGAN(noise(0, COUNT, images.image_size, images.channels), params, p.lr, 0, runtime, classes)
    a, b = (noise(seed, COUNT, domains.image_size, 3) for seed in (0, 1))
    return CycleGAN(a, b, params, p.lr, 0, runtime)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.levers", description=__doc__)
    parser.add_argument("--turns", type=int, default=3, help="%(default)s")
    given = parser.parse_args()
    p = load()
    runtime = choose_runtime(p.accelerator, p.precision, p.determinism)
    print("| lever | DCGAN | CycleGAN |\n|---|---|---|")
    found = {}
    levers = {"dcgan": LEVERS | OF_DCGAN, "cyclegan": LEVERS | OF_CYCLEGAN}
    for model in ("dcgan", "cyclegan"):
        ways: dict[str, Callable[[], object]] = {
            name: stepping(recipe(model, changes, p, runtime)) for name, changes in levers[model].items()
        }
        found[model] = rates(ways, given.turns, 2.0 if given.turns > 1 else 0.1)
    for name in LEVERS | OF_DCGAN | OF_CYCLEGAN:
        cells = [f"{one['none'] / one[name]:.2f} ×" if name in one else "" for one in found.values()]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
