"""A training that is killed with SIGKILL resumes to the same bits, with every lever on in one of its runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gan.params.training import Training
from tests import tiny
from tests.killed import trained
from tests.papers import DEPARTURES
from tests.recipes import equal

Changes = dict[str, Any]
KILLED_IN = 4  # of 8 steps: penalties every 2 steps, pools of 4 images and two epochs are under way
# Levers that go together, and the norm of the discriminator; CycleGAN's is `instance` where DCGAN's is another.
RUNS: dict[str, Changes] = {
    "hinge, with two updates of a faster discriminator": {
        "loss": "hinge",
        "discriminator_steps": 2,
        "discriminator_lr_factor": 2.0,
        "discriminator_betas": [0.0, 0.9],
        "discriminator": {"norm": "none", "spectral_norm": True},
        "flip": True,
    },
    "wasserstein, penalised, with rates that rise and fall": {
        "loss": "wasserstein",
        "penalties": {"gradient": 10.0},
        "clip_gradients": 0.01,
        "schedule": {"decay": "cosine", "discriminator_decay": "constant", "warm_up_steps": 6},
        "discriminator": {"norm": "layer"},
    },
    "relativistic, penalised every second step, with ADA": {
        "loss": "relativistic",
        "penalties": {"r1": 1.0, "r2": 1.0, "every": 2},
        "augment": {
            "policy": ["colour", "translation"],
            "adaptive": True,
            "probability": 0.3,
            "target": -0.9,
            "rise": 0.1,
        },
        "ema_half_life": 20.0,
        "ema_warm_up": 0.5,
        "discriminator": {"norm": "instance"},
    },
    "minimax, with smooth labels, noise and DiffAugment": {
        "loss": "minimax",
        "shuffle": {"block": 4, "mixed": 3},
        "real_label": 0.9,
        "instance_noise": 0.1,
        "augment": {"policy": ["colour", "translation", "cutout"]},
    },
}
# What else is on: levers of one model.
OWN: dict[str, dict[str, Changes]] = {
    "dcgan": {
        "hinge": {"architecture": "residual", "conditional": True},
        # Without other ranks, the first changes nothing.
        "minimax": {"sync_batch_norm": False, "generator": {"upsample": "resize"}},
    },
    "cyclegan": {
        "hinge": {"identity_fade": 0.8, "generator": {"gated": True}, "discriminator": {"scales": 2}},
        "relativistic": {"generator": {"architecture": "unet"}},
    },
}
SIZES = {"generator.width", "generator.blocks", "generator.z_dim", "discriminator.width", "discriminator.layers"}
OTHERS = SIZES | {"epochs", "lr_factor", "lambda_cycle", "lambda_identity", "pool_size", "load_size", "crop_size"}


def changed(model: str, changes: Changes) -> Changes:
    """The tiny params of 8 steps in two epochs, with these levers."""
    values = tiny.values()
    block = values[f"train_{model}"]
    for more in (changes, OWN[model].get(changes["loss"], {})):
        for name, value in more.items():
            block[name] = block[name] | value if isinstance(value, dict) else value
    values["prepare_data"]["images"]["labels"] = model == "dcgan" and block["conditional"]
    if model == "cyclegan" and block["discriminator"]["norm"] not in ("instance", "none"):
        block["discriminator"]["norm"] = "instance"
    block |= {"epochs": 2, "decay_epochs": 2} if model == "dcgan" else {"epochs": 1, "decay_epochs": 1}
    block["preview_every_epochs"] = 100.0
    block["watch"]["every_steps"] = 100
    return values


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("model", ["dcgan", "cyclegan"])
def test_a_killed_training_resumes_to_the_same_bits(model: str, run: str, tmp_path: Path) -> None:
    values = changed(model, RUNS[run])
    assert trained(tmp_path / "killed", model, values, KILLED_IN) == {}
    resumed = trained(tmp_path / "killed", model, values)
    alone = trained(tmp_path / "alone", model, values)
    assert (resumed.pop("made"), alone.pop("made")) == ([*range(KILLED_IN, 8)], [*range(8)])
    assert equal(resumed, alone)


def leaves(values: Changes, place: str = "") -> Iterator[tuple[str, Any]]:
    """The values of nested blocks by their dotted names."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{place}{name}.")
        else:
            yield f"{place}{name}", value


@pytest.mark.parametrize("model", ["dcgan", "cyclegan"])
def test_each_lever_is_on_in_one_of_the_runs(model: str) -> None:
    """A new lever must be added to RUNS, or to OWN. What CycleGAN has on by default is on in all runs."""
    default = tiny.values()[f"train_{model}"]
    runs = [dict(leaves(changed(model, changes)[f"train_{model}"])) for changes in RUNS.values()]
    same = {name for name, value in leaves(default) if all(run[name] == value for run in runs)}
    levers = {name for name in same if name.partition(".")[0] not in Training.model_fields} - OTHERS
    always = {"decay_epochs", "flip", *(f"generator.{name}" for name in DEPARTURES)} if model == "cyclegan" else set()
    assert levers <= always | {"generator.latent"}
