"""A training in a process of its own, which a SIGKILL may end in any step."""

import os
import signal
from contextlib import chdir
from dataclasses import replace
from multiprocessing import forkserver, get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch._dynamo  # Adam imports it when the first is made; imported here, all processes share it

from gan.core.runtime import Runtime
from gan.cyclegan.train.recipe import CycleGAN
from gan.params.schema import Params
from gan.run.runstate import RunState
from gan.training.loop import Job, fit
from gan.training.recipe import Recipe, state_of
from tests.recipes import colours, small_dcgan
from tests.tiny import ROOT

EVERY_STEP = 1e-9  # seconds between two saves


def trained(folder: Path, model: str, values: dict[str, Any], killed_in: int | None = None) -> dict[str, Any]:
    """Train in a new process in this folder, from the start or from the state that is there.

    Args:
        values: of params.yaml.
        killed_in: the process is killed in this step, counted from 0, once the networks were updated.

    Returns:
        The steps that were made, the final state of recipe and loop, and all files kept; empty if it was killed.
    """
    folder.mkdir(exist_ok=True)
    process = processes().Process(target=train, args=(folder, model, values, killed_in))
    process.start()
    process.join()
    assert process.exitcode == (0 if killed_in is None else -signal.SIGKILL)
    return {} if killed_in is not None else torch.load(folder / "result.pt", weights_only=True)


def processes() -> Any:
    """Processes that fork from one which has imported this file, and trained nothing."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with chdir(ROOT):
        forkserver.ensure_running()
    return context


def train(folder: Path, model: str, values: dict[str, Any], killed_in: int | None) -> None:
    torch.set_num_threads(1)
    os.environ.pop("DVC_ROOT", None)
    os.chdir(folder)
    Path("dvc.yaml").write_text("stages:\n  train-it: {cmd: train}\n")
    Path("params.yaml").write_text("seed: 0\n")
    recipe = recipe_of(model, Params.model_validate(values))
    made = counted(recipe, killed_in)
    with RunState("train-it", keep=1) as state:
        job = Job("it", 0, state, EVERY_STEP)
        run = fit(recipe, job)
        kept = {path.name: path.read_bytes() for one in (job.snapshots, job.previews) for path in one.iterdir()}
    result = {"made": made, "recipe": state_of(recipe), "run": vars(replace(run, seconds=0)), "kept": kept}
    torch.save(result, "result.pt")


def recipe_of(model: str, p: Params) -> Recipe:
    runtime = Runtime(torch.device("cpu"), "fp32")
    if model == "dcgan":
        return small_dcgan(p, np.random.default_rng(0).integers(0, 256, (32, 32, 32, 1), np.uint8), runtime)
    return CycleGAN(colours(0)[:4], colours(1)[:4], p.train_cyclegan, p.lr, p.seed, runtime)


def counted(recipe: Recipe, killed_in: int | None) -> list[int]:
    """A list that each step of the recipe is appended to."""
    made: list[int] = []
    step = recipe.step

    def once(number: int) -> dict[str, torch.Tensor]:
        scalars = step(number)
        if number == killed_in:
            os.kill(os.getpid(), signal.SIGKILL)
        made.append(number)
        return scalars

    recipe.step = once  # type: ignore[method-assign,assignment]
    return made
