"""The training loop. It knows no model: a recipe makes each step; the loop logs, watches, saves and resumes."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gan.artifacts import checkpoint
from gan.core.images import save_png
from gan.params.training import Training
from gan.run.errors import Interrupted, ParamsError
from gan.run.interrupts import Interrupts
from gan.run.progress import Progress
from gan.run.runstate import RunState
from gan.training import statefile
from gan.training.environment import differences, environment
from gan.training.history import Row, mean_row, refuse_broken_weights, settle
from gan.training.live import Live
from gan.training.ranks import ranks
from gan.training.recipe import Recipe, restore, state_of
from gan.training.start import begin
from gan.training.steps import made
from gan.training.watch import WATCHED, watch


@dataclass(frozen=True)
class Job:
    """What one run of the loop needs besides a recipe and its params; its two folders survive a kill."""

    model: str  # its name, which checkpoints keep
    seed: int
    state: RunState
    save_every_seconds: float
    shown: Path | None = None  # where losses and previews are shown as they come; None shows nothing

    @property
    def previews(self) -> Path:
        """Pictures of outputs for inputs that never change, named by their step."""
        return self.state.folder / "previews"

    @property
    def snapshots(self) -> Path:
        """Averaged generators over training, named by their step."""
        return self.state.folder / "snapshots"


@dataclass
class Run:
    """Everything that a resumed run needs besides the recipe's own state."""

    step: int  # steps done
    rows: list[Row]  # history so far
    pending: list[dict[str, Any]]  # scalars of each step since the last row
    environments: list[dict[str, Any]]  # where it ran; several if it was resumed elsewhere
    started: dict[str, Any] | None = None  # from which weights, if not from random ones
    seconds: float = 0.0  # spent on these steps, over all starts


def fit(recipe: Recipe, job: Job) -> Run:
    """Train to the end, from the start or from a saved state; the result is the same either way.

    Raises:
        ParamsError: more snapshots are asked for than there are steps.
        CheckpointError: `start_from` names no checkpoint, or one of other networks.
        Interrupted: a signal came, or DVC has ended; the state is saved.
        CollapseError: the watchdog found a failure, and `watch.stop` is true; the last saved state is kept.
        NonFiniteError: a loss or a weight became NaN or infinite; the last good state is kept.
        RankError: another rank has ended, or is silent.
    """
    params, total = recipe.params, recipe.total_steps
    _refuse_more_snapshots_than_steps(params.snapshots.count, total)
    run = _restore(recipe, job)
    ranks().tell({"step": run.step, "recipe": state_of(recipe), "inputs": job.state.inputs})
    live = Live(job.shown, job.previews, run.rows)
    with Interrupts() as interrupts, Progress(job.state.stage, total, "steps", run.step) as progress:
        if run.step:
            progress.say(f"resumed at step {run.step} of {total}")
        _note_environment(run, recipe, progress)
        began = (saved := time.monotonic()) - run.seconds
        while run.step < total:
            run.pending.append(made(recipe, job.seed, run.step))
            run.step += 1
            run.seconds = time.monotonic() - began
            # On a CPU, checking for NaN after each step costs nothing. On a GPU it would wait for the step to end, so
            # there the scalars are checked only when a row or a state is written.
            if recipe.runtime.device.type == "cpu":
                settle(run.pending[-1:], run.step)
            due = _Due(run.step, recipe, params)
            _write(due, run, recipe, job)
            live.show(run.rows, due.row, due.preview)
            if due.watch:
                watch(run.rows, recipe.samples(WATCHED), recipe.reals(), params.watch, progress)
            stop = interrupts.received  # asked once, so that no run ends unsaved
            if stop or due.save or time.monotonic() - saved > job.save_every_seconds:
                _save(run, recipe, job.state)
                saved = time.monotonic()
            progress.advance(1, _note(run.rows))
            if stop and run.step < total:
                raise Interrupted(
                    f"{job.state.stage}: stopped by {stop} at step {run.step} of {total}; "
                    "the state is saved: the same command goes on from there"
                )
    return run


def _refuse_more_snapshots_than_steps(count: int, total: int) -> None:
    if count > total:
        raise ParamsError(f"snapshots.count: {count}, but training has {total} steps; use at most {total}")


def _note_environment(run: Run, recipe: Recipe, progress: Progress) -> None:
    now = environment(recipe.runtime)
    if run.environments and (changed := differences(run.environments[-1], now)):
        progress.say(f"resumed in another environment, the same bits are not promised: {', '.join(changed)}")
    if now not in run.environments[-1:]:
        run.environments.append(now)


class _Due:
    """What the loop does after a step: snapshot, watchdog, row, preview and save; all of them after the last step."""

    def __init__(self, step: int, recipe: Recipe, params: Training) -> None:
        def every(steps: float) -> bool:
            return step % max(1, round(steps)) == 0 or step == recipe.total_steps

        total, count = recipe.total_steps, params.snapshots.count
        self.snapshot = step * count // total > (step - 1) * count // total  # true `count` times, the last at the end
        self.watch = every(params.watch.every_steps)
        self.row = every(params.log_every) or self.watch
        self.preview = every(params.preview_every_epochs * recipe.per_epoch)
        self.save = every(recipe.per_epoch)


def _write(due: _Due, run: Run, recipe: Recipe, job: Job) -> None:
    """The row, the snapshot and the preview of this step, if they are due."""
    if due.row:
        _log(run, recipe)
    if due.snapshot:
        _keep(run, recipe, job)
    if due.preview:
        save_png(recipe.preview(), job.previews / f"{run.step:07d}.png")


def _log(run: Run, recipe: Recipe) -> None:
    """Turn the pending scalars into a row of history."""
    settle(run.pending, run.step)
    refuse_broken_weights(recipe.weights(), run.step)
    run.rows.append(mean_row(run.pending, run.step, recipe.per_epoch))
    run.pending = []


def described(run: Run, recipe: Recipe, job: Job) -> dict[str, Any]:
    """The metadata of a checkpoint."""
    started = {"started": run.started} if run.started else {}
    return {"ema_decay": recipe.params.ema_decay, **recipe.meta(), "model": job.model, "step": run.step} | started


def _keep(run: Run, recipe: Recipe, job: Job) -> None:
    """Write a snapshot of the averaged generators. fp16 takes half the bytes of fp32, and images look the same."""
    dtype = {"fp32": torch.float32, "fp16": torch.float16}[recipe.params.snapshots.precision]
    weights = {
        name: tensor.to(dtype) if tensor.is_floating_point() else tensor for name, tensor in recipe.weights().items()
    }
    path = job.snapshots / f"step-{run.step:07d}.safetensors"
    checkpoint.write(path, checkpoint.Checkpoint(weights, described(run, recipe, job)))


def _note(rows: list[Row]) -> str:
    return " ".join(f"{name} {value:.2f}" for name, value in list(rows[-1].items())[2:6]) if rows else ""


def _save(run: Run, recipe: Recipe, state: RunState) -> None:
    settle(run.pending, run.step)
    refuse_broken_weights(recipe.weights(), run.step)
    statefile.save(state.folder, {"run": vars(run), "recipe": state_of(recipe)})


def _restore(recipe: Recipe, job: Job) -> Run:
    saved = statefile.load(job.state.folder)
    if saved is None:
        return Run(step=0, rows=[], pending=[], environments=[], started=begin(recipe, job.model))
    restore(recipe, saved["recipe"])
    return Run(**saved["run"])
