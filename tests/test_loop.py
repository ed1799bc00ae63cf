"""The loop with both models: resuming gives the same bits; rows and snapshots; and the errors that stop it."""

import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from gan.artifacts import checkpoint
from gan.core.runtime import Runtime
from gan.params.schema import Params
from gan.run.errors import Interrupted, NonFiniteError, ParamsError
from gan.run.runstate import RunState
from gan.training.loop import Job, Run, fit
from gan.training.recipe import Recipe, state_of
from tests import tiny
from tests.recipes import Build, discriminators, equal, small_cyclegan

PIPELINE = "stages:\n  train-it: {cmd: train}\n"


def run(build: Build, p: Params, folder: Path) -> tuple[Recipe, Run]:
    """A whole run; its previews and snapshots are written to the folder."""
    recipe = build(p)
    with RunState("train-it", keep=5) as state:
        job = Job("it", p.seed, state, p.save_every_seconds)
        result = fit(recipe, job)
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
    """The same recipe, but a SIGTERM arrives in its step `stop`."""

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


@pytest.mark.parametrize("stops", [[1], [3, 4], [2, 5]])
def test_a_run_stopped_at_any_step_ends_in_the_same_bits(build: Build, stops: list[int], project: Path) -> None:
    """Compared are networks, averages, optimisers, image pools, history, previews and snapshots."""
    p = tiny.params()
    whole, expected = run(build, p, project / "whole")

    for stop in stops:
        with pytest.raises(Interrupted, match=f"SIGTERM at step {stop} "):
            run(signalled(build, stop), p, project / "parts")
    resumed, result = run(build, p, project / "parts")

    assert equal(state_of(resumed), state_of(whole))
    assert equal(vars(replace(result, seconds=0)), vars(replace(expected, seconds=0)))  # time is no result
    kept = [sorted((project / name).iterdir()) for name in ("whole", "parts")]
    assert [path.read_bytes() for path in kept[0]] == [path.read_bytes() for path in kept[1]]
    assert len([path for path in kept[0] if path.suffix == ".png"]) >= 2
    assert len([path for path in kept[0] if path.suffix == ".safetensors"]) >= 2


def test_a_run_that_goes_on_in_another_environment_says_so_once(
    project: Path, cpu: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    for stop, mode in enumerate(["default", "error", "error"], 1):
        torch.set_deterministic_debug_mode(mode)
        with pytest.raises(Interrupted):
            run(signalled(lambda p: small_cyclegan(p, cpu), stop), tiny.params(), project / "parts")
    said = "train-it: resumed in another environment, the same bits are not promised: deterministic False → True\n"
    printed = capsys.readouterr().err
    assert printed.count(said) == printed.count("another environment") == 1


def test_another_seed_is_another_run(build: Build, project: Path) -> None:
    weights = [build(tiny.params(seed=seed)).weights() for seed in (0, 0, 1)]
    assert equal(weights[0], weights[1])
    assert not equal(weights[0], weights[2])


def test_a_discriminator_that_broke_stops_the_run_with_a_cure(build: Build, project: Path) -> None:
    def broken(p: Params) -> Recipe:
        recipe = build(p)
        recipe.total_steps = 2
        nn.init.constant_(next(discriminators(recipe)[0].parameters()), float("nan"))
        return recipe

    with pytest.raises(NonFiniteError, match=r"at step 1; .*a smaller lr"):
        run(broken, tiny.params(), project / "previews")


@pytest.mark.parametrize("count", [1, 3, 7])
def test_as_many_snapshots_as_asked_at_equal_distances(build: Build, count: int, project: Path) -> None:
    p = tiny.values()
    for block in ("train_dcgan", "train_cyclegan"):
        p[block]["snapshots"]["count"] = count
    recipe, _ = run(build, Params.model_validate(p), project / "kept")
    steps = sorted(int(path.stem.removeprefix("step-")) for path in (project / "kept").glob("*.safetensors"))
    assert len(steps) == count
    assert steps[-1] == recipe.total_steps
    assert set(np.diff([0, *steps])) <= {recipe.total_steps // count, -(-recipe.total_steps // count)}


def test_more_snapshots_than_steps_are_refused(build: Build, project: Path) -> None:
    p = tiny.values()
    for block in ("train_dcgan", "train_cyclegan"):
        p[block]["snapshots"]["count"] = 1000
    with pytest.raises(ParamsError, match=r"snapshots.count: 1000, but training has \d+ steps; use at most \d+"):
        run(build, Params.model_validate(p), project / "kept")


def test_the_history_has_a_row_at_each_interval_and_look(build: Build, project: Path) -> None:
    recipe, result = run(build, tiny.params(), project / "kept")
    params = recipe.params
    steps = [row["step"] for row in result.rows]
    due = set(range(params.log_every, recipe.total_steps, params.log_every))
    looks = set(range(params.watch.every_steps, recipe.total_steps, params.watch.every_steps)) | {recipe.total_steps}
    assert steps == sorted(due | looks)
    assert {row["step"] for row in result.rows if any(name.endswith("diversity") for name in row)} == looks
    assert all(0 <= row[name] <= 1 for row in result.rows for name in row if name.endswith("accuracy"))


@pytest.mark.parametrize("half_life", [None, 100.0])
def test_a_checkpoint_says_how_long_its_average_remembers(build: Build, half_life: float | None, project: Path) -> None:
    """A half-life replaces `ema_decay`; without one, the checkpoint's bytes are those from before there were any."""
    p = tiny.values()
    for block in ("train_dcgan", "train_cyclegan"):
        p[block]["ema_half_life"] = half_life
    recipe, _ = run(build, Params.model_validate(p), project / "kept")
    meta = checkpoint.read(max((project / "kept").glob("*.safetensors"))).meta
    assert meta.get("ema_half_life", "none") == (half_life or "none")
    decay, batch_size = meta["ema_decay"], recipe.params.batch_size
    assert decay == (pytest.approx(0.5 ** (batch_size / 100)) if half_life else recipe.params.ema_decay)


def test_snapshots_are_what_was_averaged_then(build: Build, project: Path) -> None:
    recipe, _ = run(build, tiny.params(), project / "kept")
    every = round(recipe.total_steps / recipe.params.snapshots.count)
    paths = sorted((project / "kept").glob("*.safetensors"))
    assert [path.stem for path in paths] == [f"step-{step:07d}" for step in (every, 2 * every)]
    last = checkpoint.read(paths[-1])
    told = {"model": "it", "step": recipe.total_steps, "ema_decay": recipe.params.ema_decay}
    assert last.meta == recipe.meta() | told
    for name, tensor in recipe.weights().items():
        kept = last.weights[name]
        assert kept.dtype == (torch.float16 if tensor.is_floating_point() else tensor.dtype)
        torch.testing.assert_close(kept.to(tensor.dtype), tensor, rtol=1e-3, atol=1e-4)
