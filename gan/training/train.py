"""A whole training: the loop, and the files that it leaves for DVC and git."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gan.artifacts.checkpoint import Checkpoint, path_of, write
from gan.core.runtime import Runtime
from gan.core.seeding import seed_torch
from gan.core.streams import Stream
from gan.params.schema import Params, load
from gan.run.errors import RankError, clean_exit
from gan.run.fingerprint import begun
from gan.run.followers import end_with_parent
from gan.run.interrupts import SIGNALS
from gan.run.names import LED, training_of
from gan.run.paths import CHECKPOINTS, REPORTS, RUN_CARD
from gan.run.runstate import RunState
from gan.training.card import write_run_card
from gan.training.history import write_losses
from gan.training.live import folder_of
from gan.training.loop import Job, Run, described, fit
from gan.training.recipe import Recipe
from gan.training.steps import follow
from gan.training.together import Place, place_of, placed, runtime_of, together

Build = Callable[[Params, Path, Runtime], Recipe]


def run(model: str, build: Build) -> None:
    """The main of the stage `train-<model>`; a user's mistake ends in one line and status 1.

    With several ranks, the first keeps the state and writes all files; the others only train.

    Args:
        model: its name: the results are those of this model, whatever the recipe says of itself.
        build: makes the recipe, with random weights in its networks, for the packed data in the folder that the
            command line names.
    """
    with clean_exit():
        p = load()
        place = place_of(p, model)
        if place.rank:
            _follow(place, model, build, p)
            return
        with RunState(training_of(model), p.keep_states) as state, _built(place, build, p) as recipe:
            train(model, recipe, state, p)


@contextmanager
def _built(place: Place, build: Build, p: Params) -> Iterator[Recipe]:
    """The recipe of this rank, with random weights; the process is this rank inside the block."""
    runtime = runtime_of(place, p)
    with placed(place, runtime):
        seed_torch(Stream.WEIGHTS, p.seed)
        yield build(p, Path(sys.argv[1]), runtime)


def _follow(place: Place, model: str, build: Build, p: Params) -> None:
    """Be another rank than the first: it keeps no state and writes no file."""
    if led := LED in os.environ:
        end_with_parent()
    stage = training_of(model)
    inputs = None if led else begun(stage)
    try:
        with _built(place, build, p) as recipe, together(stage):
            for number in SIGNALS:  # the first rank decides when to stop, and needs this one until then
                signal.signal(number, signal.SIG_IGN)
            follow(recipe, p.seed, inputs)
    except RankError:
        if not led:
            raise
        sys.exit(1)  # the first rank tells why


def train(model: str, recipe: Recipe, state: RunState, params: Params) -> None:
    """Train the recipe, then write the last checkpoint, snapshots, losses, previews and card.

    Raises:
        InputsChangedError: params, code or data changed during the run; the trained state is kept.
        ParamsError, CheckpointError, Interrupted, CollapseError, NonFiniteError, RankError: as `fit` says.
    """
    job = Job(model, params.seed, state, params.save_every_seconds, folder_of(state.stage))
    with together(state.stage):
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
