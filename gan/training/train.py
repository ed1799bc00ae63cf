"""A whole training: the loop, and the files that DVC caches."""

import shutil

from gan.artifacts.checkpoint import Checkpoint, path_of, write
from gan.params.schema import Params
from gan.run.paths import CHECKPOINTS, REPORTS
from gan.run.runstate import RunState
from gan.training.card import CARD, write_card
from gan.training.history import write_history
from gan.training.loop import Job, Recipe, Run, fit


def train(recipe: Recipe, state: RunState, params: Params) -> None:
    """Train the recipe, then write the last checkpoint, snapshots, losses, previews and card.

    Raises:
        InputsChangedError: params, code or data changed during the run; the trained state is kept.
        Interrupted, NonFiniteError: as `fit` says.
    """
    job = Job(params.seed, state, params.save_every_seconds)
    run = fit(recipe, recipe.params, job)
    state.check_inputs()
    _publish(recipe, run, job)
    model = str(recipe.meta()["model"])
    write_card(REPORTS / model / CARD, state, params, path_of(model, "last"), run.environments)
    state.finish()


def _publish(recipe: Recipe, run: Run, job: Job) -> None:
    meta = recipe.meta()
    name = str(meta["model"])
    folder = CHECKPOINTS / name
    write(path_of(name, "last"), Checkpoint(recipe.weights(), {**meta, "step": run.step}))
    shutil.copytree(job.snapshots, folder / "snapshots", dirs_exist_ok=True)
    write_history(folder / "losses.csv", run.rows)
    shutil.copytree(job.previews, REPORTS / name / "previews", dirs_exist_ok=True)
