"""A whole training: the loop, and the files that it leaves for DVC and git."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gan.artifacts.checkpoint import Checkpoint, path_of, write
from gan.core.runtime import Runtime, choose_runtime
from gan.core.seeding import seed_torch
from gan.core.streams import Stream
from gan.params.schema import Params, load
from gan.run.errors import clean_exit
from gan.run.names import training_of
from gan.run.paths import CHECKPOINTS, REPORTS, RUN_CARD
from gan.run.runstate import RunState
from gan.training.card import write_run_card
from gan.training.history import write_losses
from gan.training.live import folder_of
from gan.training.loop import Job, Run, described, fit
from gan.training.recipe import Recipe


def run(model: str, build: Callable[[Params, Path, Runtime], Recipe]) -> None:
    """The main of the stage `train-<model>`; a user's mistake ends in one line and status 1.

    Args:
        model: its name: the results are those of this model, whatever the recipe says of itself.
        build: makes the recipe, with random weights in its networks, for the packed data in the folder that the
            command line names.
    """
    with clean_exit():
        p = load()
        with RunState(training_of(model), p.keep_states) as state:
            runtime = replace(choose_runtime(p.accelerator, p.precision, p.determinism), graphs=p.cuda_graphs)
            seed_torch(Stream.WEIGHTS, p.seed)
            train(model, build(p, Path(sys.argv[1]), runtime), state, p)


def train(model: str, recipe: Recipe, state: RunState, params: Params) -> None:
    """Train the recipe, then write the last checkpoint, snapshots, losses, previews and card.

    Raises:
        InputsChangedError: params, code or data changed during the run; the trained state is kept.
        ParamsError, CheckpointError, Interrupted, CollapseError, NonFiniteError: as `fit` says.
    """
    job = Job(model, params.seed, state, params.save_every_seconds, folder_of(state.stage))
    done = fit(recipe, job)
    state.check_inputs()
    _publish(recipe, done, job)
    card = REPORTS / job.model / RUN_CARD
    write_run_card(card, state, params, path_of(job.model, "last"), done.environments, done.seconds)
    state.finish()


def _publish(recipe: Recipe, run: Run, job: Job) -> None:
    folder = CHECKPOINTS / job.model
    write(path_of(job.model, "last"), Checkpoint(recipe.weights(), described(run, recipe, job)))
    shutil.copytree(job.snapshots, folder / "snapshots", dirs_exist_ok=True)
    write_losses(folder / "losses.csv", run.rows)
    shutil.copytree(job.previews, REPORTS / job.model / "previews", dirs_exist_ok=True)
