"""Both models' training: what a step does, and that a run stopped anywhere ends in the same bits."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from gan.core.errors import Interrupted, NonFiniteError
from gan.core.images import Uint8, to_float
from gan.core.params import Params
from gan.core.runstate import RunState
from gan.core.runtime import Runtime, seed_all
from gan.cyclegan.recipe import CycleGAN
from gan.dcgan.nets import Discriminator, Generator, latents
from gan.dcgan.recipe import DCGAN
from gan.training import checkpoint
from gan.training.loop import Job, Recipe, Run, fit
from tests import tiny

PIPELINE = "stages:\n  train: {cmd: train}\n"
Build = Callable[[Params], Recipe]


def colours(seed: int) -> Uint8:
    """20 plain images, uint8 (20, 40, 40, 3)."""
    shades = np.random.default_rng(seed).integers(0, 256, (20, 1, 1, 3), np.uint8)
    return np.ascontiguousarray(np.broadcast_to(shades, (20, 40, 40, 3)))


@pytest.fixture(params=["dcgan", "cyclegan"])
def build(request: pytest.FixtureRequest, digits: Uint8, cpu: Runtime) -> Build:
    def dcgan(p: Params) -> Recipe:
        seed_all(p.seed)
        return DCGAN(digits[:32], p.train_dcgan, p.lr, p.seed, cpu)

    def cyclegan(p: Params) -> Recipe:
        seed_all(p.seed)
        return CycleGAN(colours(0), colours(1), p.train_cyclegan, p.lr, p.seed, cpu)

    return dcgan if request.param == "dcgan" else cyclegan


def run(build: Build, p: Params, folder: Path) -> tuple[Recipe, Run]:
    """A whole run; the pictures and snapshots it leaves go to the folder."""
    recipe = build(p)
    with RunState("train", keep=5) as state:
        job = Job(p.seed, state, p.save_every_seconds)
        result = fit(recipe, recipe.params, job)
        for kept in (job.previews, job.snapshots):
            shutil.copytree(kept, folder, dirs_exist_ok=True)
        state.remove()
    return recipe, result


@pytest.fixture
def project(workspace: Path) -> Path:
    (workspace / "dvc.yaml").write_text(PIPELINE)
    (workspace / "params.yaml").write_text("seed: 0\n")
    return workspace


def signalled(build: Build, stop: int) -> Build:
    """The same recipe, in whose step number `stop` a SIGTERM arrives."""

    def wrapped(p: Params) -> Recipe:
        recipe = build(p)
        step = recipe.step

        def last(number: int) -> dict[str, torch.Tensor]:
            if number == stop - 1:
                os.kill(os.getpid(), signal.SIGTERM)
            return step(number)

        recipe.step = last  # type: ignore[method-assign,assignment]
        return recipe

    return wrapped


def equal(one: Any, other: Any) -> bool:
    if torch.is_tensor(one):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(equal(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other)


@pytest.mark.parametrize("stops", [[1], [3, 4], [2, 5]])
def test_a_run_stopped_at_any_step_ends_in_the_same_bits(build: Build, stops: list[int], project: Path) -> None:
    """All is compared: networks, averages, optimisers, schedules, image pools, history, previews and snapshots."""
    p = tiny.params()
    whole, expected = run(build, p, project / "whole")

    for stop in stops:
        with pytest.raises(Interrupted, match=f"SIGTERM at step {stop} "):
            run(signalled(build, stop), p, project / "parts")
    resumed, result = run(build, p, project / "parts")

    assert equal(resumed.state_dict(), whole.state_dict())
    assert equal(vars(result), vars(expected))
    kept = [sorted((project / name).iterdir()) for name in ("whole", "parts")]
    assert [path.read_bytes() for path in kept[0]] == [path.read_bytes() for path in kept[1]]
    assert len([path for path in kept[0] if path.suffix == ".png"]) >= 2
    assert len([path for path in kept[0] if path.suffix == ".safetensors"]) >= 2


def test_another_seed_is_another_run(build: Build, project: Path) -> None:
    weights = [build(tiny.params(seed=seed)).weights() for seed in (0, 0, 1)]
    assert equal(weights[0], weights[1])
    assert not equal(weights[0], weights[2])


def test_a_discriminator_that_broke_stops_the_run_with_a_cure(build: Build, project: Path) -> None:
    def broken(p: Params) -> Recipe:
        recipe = build(p)
        recipe.total_steps = 1
        network = recipe.a.discriminator if isinstance(recipe, CycleGAN) else recipe.discriminator  # type: ignore[attr-defined]
        nn.init.constant_(next(network.parameters()), float("nan"))
        return recipe

    with pytest.raises(NonFiniteError, match=r"at step 1; .*a smaller lr"):
        run(broken, tiny.params(), project / "previews")


def test_the_history_has_a_row_at_each_interval_and_look(build: Build, project: Path) -> None:
    recipe, result = run(build, tiny.params(), project / "kept")
    params = recipe.params
    steps = [row["step"] for row in result.rows]
    due = set(range(params.log_every, recipe.total_steps, params.log_every))
    looks = set(range(params.watch.every_steps, recipe.total_steps, params.watch.every_steps)) | {recipe.total_steps}
    assert steps == sorted(due | looks)
    assert {row["step"] for row in result.rows if any(name.endswith("diversity") for name in row)} == looks
    assert all(0 <= row[name] <= 1 for row in result.rows for name in row if name.endswith("accuracy"))


def test_snapshots_are_what_was_averaged_then(build: Build, project: Path) -> None:
    recipe, _ = run(build, tiny.params(), project / "kept")
    every = round(recipe.total_steps / recipe.params.snapshots.count)
    paths = sorted((project / "kept").glob("*.safetensors"))
    assert [path.stem for path in paths] == [f"step-{step:07d}" for step in (every, 2 * every)]
    last = checkpoint.read(paths[-1])
    assert last.meta == recipe.meta() | {"step": recipe.total_steps}
    for name, tensor in recipe.weights().items():
        kept = last.weights[name]
        assert kept.dtype == (torch.float16 if tensor.is_floating_point() else tensor.dtype)
        torch.testing.assert_close(kept.to(tensor.dtype), tensor, rtol=1e-3, atol=1e-4)


def test_cyclegans_rate_is_constant_and_then_falls_to_0(cpu: Runtime) -> None:
    p = tiny.params()
    recipe = CycleGAN(colours(0), colours(1), p.train_cyclegan, 0.5, 0, cpu)
    rates = []
    for step in range(recipe.total_steps):
        rates.append(recipe.g_optimizer.param_groups[0]["lr"])
        recipe.step(step)
    top = 0.5 * p.train_cyclegan.lr_factor
    assert rates[:20] == [top] * 20
    np.testing.assert_allclose(rates[20:], top * np.arange(20, 0, -1) / 20)
    assert recipe.d_optimizer.param_groups[0]["lr"] == 0


def test_each_generator_knows_the_colours_of_both_domains_and_a_checkpoint_keeps_them(cpu: Runtime) -> None:
    recipe = CycleGAN(colours(0), colours(1), tiny.params().train_cyclegan, 0.5, 0, cpu)
    a, b = (to_float(torch.from_numpy(colours(seed))).mean((0, 2, 3)) for seed in (0, 1))
    recipe.step(0)
    kept = recipe.weights()
    for name, mean in {"a2b.source": a, "a2b.target": b, "b2a.source": b, "b2a.target": a}.items():
        torch.testing.assert_close(kept[f"{name}.mean"].flatten(), mean)


def test_cyclegan_at_the_papers_resolution(cpu: Runtime) -> None:
    """256×256 with 9 blocks, the 70×70 PatchGAN and all else as in the paper, but for the width: 64 takes a minute."""
    p = tiny.values()
    block = p["train_cyclegan"] | {"load_size": 286, "crop_size": 256, "lr_factor": 1.0, "ema_decay": 0.0}
    paper = {
        "blocks": 9,
        "downsample_padding": "zeros",
        "upsample": "transposed",
        "norm": "instance",
        "skips": False,
        "output": "tanh",
        "standardise": False,
        "width": 8,
    }
    block |= {"generator": paper, "discriminator": {"width": 8, "layers": 3}}
    photos = np.random.default_rng(0).integers(0, 256, (2, 2, 256, 256, 3), np.uint8)
    params = Params.model_validate(p | {"train_cyclegan": block}).train_cyclegan
    recipe = CycleGAN(photos[0], photos[1], params, 2e-4, 0, cpu)
    before = {name: tensor.clone() for name, tensor in recipe.weights().items()}
    losses = recipe.step(0)
    assert all(loss.isfinite() for loss in losses.values())
    assert recipe.b.discriminator(torch.zeros(1, 3, 256, 256)).shape == (1, 1, 30, 30)  # 900 patches of 70×70
    after = recipe.weights()
    moved = [name for name in before if ".source." not in name and ".target." not in name]
    assert all(not torch.equal(before[name], after[name]) for name in moved)


def test_dcgans_step_is_the_textbooks(digits: Uint8, cpu: Runtime) -> None:
    """A plain loop beside ours, cross-entropy with labels 1 and 0: the same losses for three steps."""
    block = tiny.params().train_dcgan
    seed_all(0)
    ours = DCGAN(digits[:32], block, 2e-4, 0, cpu)
    seed_all(0)
    g, d = Generator(block.generator, 32, 1), Discriminator(block.discriminator, 32, 1)
    g_adam, d_adam = (torch.optim.Adam(net.parameters(), 2e-4, (0.5, 0.999)) for net in (g, d))
    ones, zeros = torch.ones(16), torch.zeros(16)
    for step in range(3):
        seed_all(0, step)
        losses = ours.step(step)
        seed_all(0, step)
        real, fake = to_float(ours.batches.at(step)), g(latents(16, block.generator))
        d_loss = cross_entropy(d(real), ones) + cross_entropy(d(fake.detach()), zeros)
        d_adam.zero_grad()
        d_loss.backward()
        d_adam.step()
        g_loss = cross_entropy(d(fake), ones)
        g_adam.zero_grad()
        g_loss.backward()
        g_adam.step()
        torch.testing.assert_close([losses["d_loss"], losses["g_loss"]], [d_loss, g_loss], rtol=1e-3, atol=1e-3)
