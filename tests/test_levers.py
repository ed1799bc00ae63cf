"""Every lever trains or is refused with the reason, whatever else is on; and a resumed run has the same bits."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import torch
from pydantic import ValidationError

from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.core.seeding import seed_torch
from gan.core.streams import Stream
from gan.params.schema import Params
from gan.training.losses import LOSSES
from gan.training.recipe import Recipe, restore, state_of
from tests import tiny
from tests.recipes import equal, small_cyclegan, small_dcgan

Changes = dict[str, Any]
MODELS = ("dcgan", "cyclegan")
OFF: Changes = {"r1": 0.0, "r2": 0.0, "gradient": 0.0, "every": 1}
PENALTIES: dict[str, Changes] = {
    "no penalty": OFF,
    "R1": OFF | {"r1": 1.0},
    "R1 and R2, lazily": OFF | {"r1": 1.0, "r2": 1.0, "every": 2},
    "WGAN-GP": OFF | {"gradient": 10.0},
}
NORMS = {"dcgan": ("batch", "instance", "layer", "none"), "cyclegan": ("instance", "none")}
PLAIN: Changes = {"policy": [], "probability": 1.0, "adaptive": False, "target": 0.6, "rise": 0.25}
AUGMENT: dict[str, Changes] = {
    "no augmentation": PLAIN,
    "DiffAugment": PLAIN | {"policy": ["colour", "translation", "cutout"]},
    "ADA": PLAIN | {"policy": ["colour"], "adaptive": True},
    "ADA of nothing": PLAIN | {"adaptive": True},
}
NETWORKS: list[Changes] = [
    {"conditional": True},
    {"architecture": "residual"},
    {"architecture": "residual", "conditional": True},
]
MANY: Changes = {
    "loss": "relativistic",
    "discriminator_steps": 2,
    "discriminator_lr_factor": 2.0,
    "discriminator_betas": [0.0, 0.9],
    "instance_noise": 0.1,
    "clip_gradients": 0.01,
    "schedule": {"decay": "cosine", "discriminator_decay": "linear", "warm_up_steps": 2},
    "penalties": OFF | {"r1": 1.0, "gradient": 1.0, "every": 2},
    "augment": AUGMENT["ADA"] | {"probability": 0.5, "target": -0.9, "rise": 0.1},
    "ema_half_life": 20.0,
    "ema_warm_up": 0.5,
    "decay_epochs": 1,
}
OWN: dict[str, Changes] = {
    "dcgan": {},
    "cyclegan": {"identity_fade": 0.1, "generator": {"gated": True}, "discriminator": {"scales": 2}},
}  # levers of one model
UNET: Changes = {"generator": {"architecture": "unet", "gated": False}}  # has no blocks to gate


def params(model: str, changes: Changes) -> Params:
    """The tiny params with no penalty and these changes; a block in them changes only the values that it names."""
    values = tiny.values()
    values["prepare_data"]["images"]["labels"] = changes.get("conditional", False)
    block = values[f"train_{model}"] | {"penalties": tiny.NO_PENALTY}
    values[f"train_{model}"] = block
    for name, value in changes.items():
        block[name] = block[name] | value if isinstance(value, dict) else value
    return Params.model_validate(values)


def merged(*several: Changes) -> Changes:
    """Changes of all of these; blocks of the same name are joined."""
    result: Changes = {}
    for name, value in (item for changes in several for item in changes.items()):
        result[name] = result.get(name, {}) | value if isinstance(value, dict) else value
    return result


def build(model: str, p: Params, digits: Uint8, runtime: Runtime) -> Recipe:
    return small_dcgan(p, digits, runtime) if model == "dcgan" else small_cyclegan(p, runtime)


def trained(recipe: Recipe, first: int, last: int) -> None:
    for step in range(first, last):
        seed_torch(Stream.STEP, 0, step)
        assert all(torch.isfinite(value) for value in recipe.step(step).values())


def why_refused(changes: Changes) -> str:
    """The reason, or empty if the combination is possible."""
    penalised = any(changes.get("penalties", OFF)[name] for name in ("r1", "r2", "gradient"))
    shape = changes["discriminator"]
    if penalised and shape["norm"] == "batch":
        return "BatchNorm mixes images"
    if (augment := changes.get("augment")) and augment["adaptive"] and not augment["policy"]:
        return "no augmentation to adapt"
    if changes.get("real_label", 1.0) < 1 and not LOSSES[changes["loss"]].smooths:
        return f"loss {changes['loss']} has no labels to smooth"
    if changes["loss"] == "wasserstein" and not (penalised or (shape["norm"] == "none" and shape["spectral_norm"])):
        return "needs a critic whose slope is bounded"
    return ""


def combinations(model: str) -> Iterator[Changes]:
    if model == "dcgan":
        for number, (loss, penalty) in enumerate(product(LOSSES, PENALTIES.values())):
            shape = {"norm": ("none", "layer")[number % 2], "spectral_norm": True}
            # Each loss meets all networks, and so does each penalty.
            yield {"loss": loss, "penalties": penalty, "discriminator": shape} | NETWORKS[number % len(NETWORKS)]
    for loss, penalty, norm in product(LOSSES, PENALTIES.values(), NORMS[model]):
        yield {"loss": loss, "penalties": penalty, "discriminator": {"norm": norm, "spectral_norm": False}}
    for loss, augment, label in product(LOSSES, AUGMENT.values(), (1.0, 0.9)):
        shape = {"norm": NORMS[model][0], "spectral_norm": True}
        yield {"loss": loss, "augment": augment, "real_label": label, "discriminator": shape}
    free: Changes = {"norm": "none", "spectral_norm": True}
    for loss, lever in product([*LOSSES], OWN[model]):
        yield {"loss": loss} | merged({lever: OWN[model][lever]}, {"discriminator": free})
    for loss in LOSSES if model == "cyclegan" else ():
        yield {"loss": loss, "discriminator": free} | UNET
    free = free | ({"scales": 2} if model == "cyclegan" else {})
    for loss, name, kind in product(LOSSES, ("R1 and R2, lazily", "WGAN-GP"), ("DiffAugment", "ADA")):
        changes: Changes = {"penalties": PENALTIES[name], "augment": AUGMENT[kind], "instance_noise": 0.1}
        yield {"loss": loss, "discriminator": free} | changes


@pytest.mark.parametrize("model", MODELS)
def test_each_combination_trains_two_steps_or_is_refused(model: str, digits: Uint8, cpu: Runtime) -> None:
    refused = 0
    for changes in combinations(model):
        reason = why_refused(changes)
        if reason:
            refused += 1
            with pytest.raises(ValidationError, match=reason):
                params(model, changes)
        else:
            trained(build(model, params(model, changes), digits, cpu), 0, 2)
    assert refused > 10


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize(
    ("model", "more"),
    [("dcgan", {}), ("dcgan", NETWORKS[0]), ("dcgan", NETWORKS[2]), ("cyclegan", {}), ("cyclegan", UNET)],
)
def test_a_resumed_run_with_many_levers_has_the_same_bits(
    model: str, more: Changes, precision: str, digits: Uint8, cpu: Runtime
) -> None:
    runtime = Runtime(cpu.device, precision)
    changes = merged(MANY, OWN[model], more, {"discriminator": {"norm": "none", "spectral_norm": True}})
    p = params(model, changes)
    whole, begun, resumed = (build(model, p, digits, runtime) for _ in range(3))
    trained(whole, 0, 6)
    trained(begun, 0, 3)
    restore(resumed, state_of(begun))
    trained(resumed, 3, 6)
    assert equal(state_of(whole), state_of(resumed))


@pytest.mark.parametrize("model", MODELS)
def test_each_lever_changes_what_is_learned(model: str, digits: Uint8, cpu: Runtime) -> None:
    """A lever that were never read would train the same weights."""
    still: Changes = {"discriminator": {"norm": "none", "spectral_norm": False}}
    if model == "cyclegan":
        still["loss"] = "least_squares"  # its targets can be smoothed
    seen = {}
    levers: dict[str, Changes] = {"none": {}, **{name: {name: value} for name, value in (MANY | OWN[model]).items()}}
    levers |= {"spectral_norm": {"discriminator": {"norm": "none", "spectral_norm": True}}}
    levers |= {"real_label": {"real_label": 0.9}}
    del levers["decay_epochs"], levers["ema_warm_up"]  # they act later than these steps, or only with another lever
    levers["schedule"]["decay_epochs"] = 1
    if model == "cyclegan":
        levers["unet"] = UNET
    if model == "dcgan":
        levers |= {"flip": {"flip": True}, "architecture": {"architecture": "residual"}}
        levers["conditional"] = {"conditional": True}
    for name, changes in levers.items():
        recipe = build(model, params(model, still | changes), digits, cpu)
        trained(recipe, 0, 3)
        parts = state_of(recipe)
        seen[name] = torch.cat([one.float().flatten() for part in parts.values() for one in floats(part)]).sum().item()
    assert len({*seen.values()}) == len(seen), sorted(seen.items(), key=lambda one: one[1])


def floats(state: Any) -> Iterator[torch.Tensor]:
    if torch.is_tensor(state):
        yield state
    elif isinstance(state, dict | list | tuple):
        for one in state.values() if isinstance(state, dict) else state:
            yield from floats(one)
