"""The same bits again: trained twice, resumed from a saved state, and killed."""

import io
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stderr
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import torch

from benchmarks.gpu.checks import Found
from benchmarks.gpu.small import BUILDS, ROOT, SEED, Build, built, differing, leaves, trained
from gan.core.runtime import Runtime
from gan.run.fingerprint import Fingerprint
from gan.run.runstate import RunState
from gan.training import statefile
from gan.training.loop import Job, Run, fit
from gan.training.recipe import restore, state_of

STEPS, SAVED = 20, 10
ON_CPU = "/begun"  # of an average: it is read at each step, which would wait for a GPU
PATIENCE = 120.0  # seconds until a training has saved its first states


def twice(build: Build, runtime: Runtime, also: Runtime | None = None) -> dict[str, Found]:
    """Two trainings from the same seed, the second with another runtime if it is given: the same losses and state."""
    runs = []
    for one in (runtime, also or runtime):
        recipe = built(build, one)
        runs.append({"losses": trained(recipe, 0, STEPS), "state": state_of(recipe)})
    wrong = differing(*runs)
    return {"": Found(len(wrong), note=_named(wrong, f"{len(leaves(runs[0]))} values after {STEPS} steps"))}


def replayed(build: Build, runtime: Runtime) -> dict[str, Found]:
    """A training whose kernels Python launches, and one whose steps are replayed as CUDA graphs."""
    return twice(build, replace(runtime, graphs=False), runtime)


def restored(build: Build, runtime: Runtime) -> dict[str, Found]:
    """Saved after 10 steps and restored into a new recipe with other weights: as if it had not been saved."""
    whole = built(build, runtime)
    losses = trained(whole, 0, STEPS)
    first, second = built(build, runtime), built(build, runtime, seed=SEED + 1)
    trained(first, 0, SAVED)
    with tempfile.TemporaryDirectory() as folder:
        run = Run(step=SAVED, rows=[], pending=[], environments=[])
        statefile.save(Path(folder), {"run": vars(run), "recipe": state_of(first)})
        saved = statefile.load(Path(folder))
    if saved is None:
        raise ValueError("the saved state cannot be read")
    restore(second, saved["recipe"])
    moved = misplaced(leaves(state_of(second)), leaves(state_of(first)), runtime)
    more = trained(second, SAVED, STEPS)
    wrong = differing({"losses": losses[SAVED:], "state": state_of(whole)}, {"losses": more, "state": state_of(second)})
    return {
        "the same bits": Found(len(wrong), note=_named(wrong, f"saved after step {SAVED} of {STEPS}")),
        "device and type": Found(len(moved), note=_named(moved, f"all on {runtime.device.type}")),
    }


def misplaced(found: dict[str, Any], expected: dict[str, Any], runtime: Runtime) -> list[str]:
    """The paths of restored tensors that are missing, on another device, or of another type or shape."""
    wrong = []
    for path, tensor in expected.items():
        if not torch.is_tensor(tensor):
            continue
        other = found.get(path)
        where = "cpu" if path.endswith(ON_CPU) else runtime.device.type
        as_before = torch.is_tensor(other) and (other.dtype, other.shape) == (tensor.dtype, tensor.shape)
        if not as_before or other.device.type != where or tensor.device.type != where:  # type: ignore[union-attr]
            wrong.append(path)
    return wrong


@dataclass(frozen=True)
class Place:
    """What the loop asks of a `RunState`, without DVC's pipeline around it."""

    folder: Path
    stage: str = "a check"
    inputs: Fingerprint = field(default_factory=dict)


def train_in(folder: Path, build: Build, runtime: Runtime, save_every_seconds: float) -> Run:
    """The loop's whole training, with its state in the folder; it resumes if there is one."""
    recipe = built(build, runtime)
    job = Job("it", SEED, cast("RunState", Place(folder)), save_every_seconds)
    with redirect_stderr(io.StringIO()):  # its progress
        return fit(recipe, job)


def killed(model: str, runtime: Runtime) -> dict[str, Found]:
    """`kill -9` of a process that trains; then resumed here, and compared with a training left alone."""
    build = BUILDS[model]
    with tempfile.TemporaryDirectory() as alone, tempfile.TemporaryDirectory() as stopped:
        train_in(Path(alone), build, runtime, 3600.0)
        _kill_one(model, Path(stopped))
        before = statefile.load(Path(stopped))
        train_in(Path(stopped), build, runtime, 3600.0)
        states = [state for folder in (alone, stopped) if (state := statefile.load(Path(folder)))]
    if before is None or len(states) < 2:
        raise ValueError("no state was saved")
    for state in states:
        del state["run"]["seconds"]  # no result
    step, total = before["run"]["step"], states[0]["run"]["step"]
    if not 0 < step < total:
        raise ValueError(f"it was killed at step {step} of {total}: nothing was resumed")
    wrong = differing(*states)
    return {"": Found(len(wrong), note=_named(wrong, f"at step {step} of {total}"))}


def _kill_one(model: str, folder: Path) -> None:
    """Start a training that saves after each step, and kill it once it has saved twice."""
    command = [sys.executable, "-m", "benchmarks.gpu.trains", model, str(folder), str(torch.get_num_threads())]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + PATIENCE
    while process.poll() is None and not (folder / "previous").exists() and time.monotonic() < until:
        time.sleep(0.005)
    process.kill()
    _, said = process.communicate()
    if not (folder / "previous").exists():
        raise ValueError(f"the training did not save: {said.strip().splitlines()[-1:] or 'it said nothing'}")


def _named(wrong: list[str], fine: str) -> str:
    return f"{', '.join(wrong[:3])}{' …' if len(wrong) > 3 else ''}" if wrong else fine
