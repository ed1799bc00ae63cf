"""Every choice that params.yaml offers for networks and losses takes steps, in each precision and determinism.

On a GPU the steps are also replayed as CUDA graphs, which must give the same losses where the same bits are promised.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from math import isfinite
from typing import Any, Literal, get_args, get_origin

import torch

from benchmarks.gpu.checks import Check, Found
from benchmarks.gpu.small import THE_PAPERS, Build, Changes, built, cyclegan, dcgan, differing, trained
from gan.core.runtime import Runtime, choose_runtime
from gan.params.blocks import Block
from gan.params.models import cyclegan as cyclegan_params
from gan.params.models import dcgan as dcgan_params
from gan.params.prepare_data import ImageSource
from gan.params.schema import Params
from gan.params.training import Adversarial
from gan.training.replay import WARM_UP

STEPS = 2
GRAPH_STEPS = 2 * (WARM_UP + 2)  # with and without penalties, each is recorded, and then replayed
Losses = list[dict[str, torch.Tensor]]
# Choices that are no `Literal` of the schema.
LEVERS: Changes = {
    "discriminator.norm": "none",
    "discriminator.spectral_norm": True,
    "penalties.r1": 1.0,
    "penalties.gradient": 1.0,
    "penalties.every": 2,
    "augment.policy": ["colour", "translation", "cutout"],
    "augment.adaptive": True,
    "instance_noise": 0.1,
    "clip_gradients": 1.0,
    "discriminator_steps": 2,
}
NEEDED: dict[str, Changes] = {"loss=wasserstein": {"discriminator.norm": "none", "penalties.gradient": 1.0}}
CONDITIONAL: Changes = {"architecture": "residual", "conditional": True}
MORE_OF_CYCLEGAN: dict[str, Changes] = {
    "many levers": LEVERS,
    "the paper's": THE_PAPERS,
    "lambda_identity=0": {"lambda_identity": 0.0},
    "identity_fade": {"identity_fade": 0.1},
    "pool_size=0": {"pool_size": 0},
    "no crop": {"load_size": None, "crop_size": None},
    "blocks=0": {"generator.blocks": 0},
    "batch_size=3": {"batch_size": 3},
    "ema_decay=0": {"ema_decay": 0.0},
}

# Pixels of the smallest image that leaves a score, with 2 layers and 1 scale where these are not the choice.
SMALLEST: dict[str, Callable[[int], int]] = {
    "discriminator.layers": lambda layers: 3 * 2**layers,
    "discriminator.scales": lambda scales: 12 * 2 ** (scales - 1),
}


def checks(accelerator: str) -> dict[str, Check]:
    """A check for each value of each choice; the other values are those of params.yaml."""
    builds = {f"DCGAN, {name}": build for name, build in _of_dcgan()}
    builds |= {f"CycleGAN, {name}": build for name, build in _of_cyclegan()}
    return {f"steps of {name}": partial(steps, build, accelerator) for name, build in builds.items()}


def steps(build: Build, accelerator: str) -> dict[str, Found]:
    """Steps in each precision and determinism: the number of these in which a loss was not finite, or not repeated."""
    wrong, modes = [], list(_modes())
    for precision, determinism in modes:
        runtime = choose_runtime(accelerator, precision, determinism)
        try:
            losses, replayed = _losses(build, runtime)
        except Exception as error:
            raise RuntimeError(f"{precision}, {determinism}: {error}") from error
        if not all(isfinite(float(loss)) for step in losses for loss in step.values()):
            wrong.append(f"{precision}, {determinism}")
        elif determinism == "exact" and differing(losses, replayed):
            wrong.append(f"{precision}, replayed: other losses")
    return {"": Found(len(wrong), note=" and ".join(wrong) or f"{len(modes)} ways")}


def _losses(build: Build, runtime: Runtime) -> tuple[Losses, Losses]:
    """Those of each step; on a GPU also those of steps that are replayed."""
    if runtime.device.type != "cuda":
        losses = trained(built(build, runtime), 0, STEPS)
        return losses, losses
    once, replayed = (
        trained(built(build, replace(runtime, graphs=graphs)), 0, GRAPH_STEPS) for graphs in (False, True)
    )
    return once, replayed


def _modes() -> Iterator[tuple[str, str]]:
    precisions, levels = (get_args(Params.model_fields[name].annotation) for name in ("precision", "determinism"))
    for precision in precisions:
        for determinism in levels:
            if precision != "auto":  # it is one of the others
                yield precision, determinism


def _of_dcgan() -> Iterator[tuple[str, Build]]:
    sizes, channels = (get_args(ImageSource.model_fields[name].annotation) for name in ("image_size", "channels"))
    for size in sizes:
        for channel in channels:
            yield f"{size}², {channel} channels", partial(dcgan, {}, size=size, channels=channel)
    for path, value in choices(dcgan_params.Train):
        name = f"{path}={value}"
        yield name, partial(dcgan, {path: value, **NEEDED.get(name, {})})
    yield "many levers", partial(dcgan, LEVERS)
    yield "many levers, residual and conditional", partial(dcgan, LEVERS | CONDITIONAL)


def _of_cyclegan() -> Iterator[tuple[str, Build]]:
    for path, value in choices(cyclegan_params.Train):
        changes: Changes = {path: value, **NEEDED.get(f"{path}={value}", {})}
        if path in SMALLEST:
            size = max(32, SMALLEST[path](value))
            changes |= {"load_size": size, "crop_size": size}
        yield f"{path}={value}", partial(cyclegan, changes, size=max(40, changes.get("crop_size", 0)))
    for name, changes in MORE_OF_CYCLEGAN.items():
        yield name, partial(cyclegan, changes)
    yield "grey to colour", partial(cyclegan, {"lambda_identity": 0.0}, channels=1)


def choices(block: type[Block], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Path and value of every choice in a block that trains a model, and in the blocks of its networks.

    A choice is a `Literal`, a bool, or an integer between two bounds.
    """
    for name, field in block.model_fields.items():
        kind: Any = field.annotation
        if name in Adversarial.model_fields and name not in (
            "loss",
            "discriminator",
        ):  # most say when to log, save and watch
            continue
        if isinstance(kind, type) and issubclass(kind, Block):
            yield from choices(kind, f"{prefix}{name}.")
        else:
            yield from ((f"{prefix}{name}", value) for value in _values(kind, field.metadata))


def _values(kind: Any, bounds: list[Any]) -> tuple[Any, ...]:
    least = [bound.ge for bound in bounds if hasattr(bound, "ge")]
    most = [bound.le for bound in bounds if hasattr(bound, "le")]
    if get_origin(kind) is Literal:
        return get_args(kind)
    if kind is bool:
        return False, True
    return tuple(range(least[0], most[0] + 1)) if kind is int and least and most else ()
