"""A whole training: the quick score, the loop, and the files that DVC caches."""

import shutil

from gan.core.params import Params
from gan.core.paths import CHECKPOINTS, REPORTS
from gan.core.runstate import RunState
from gan.training.checkpoint import Checkpoint, write
from gan.training.history import write_history
from gan.training.loop import Job, Recipe, Run, fit
from gan.training.score import QuickScore


def train(recipe: Recipe, state: RunState, params: Params) -> None:
    """Train the recipe, then write best and last checkpoints, history and previews, and forget the state.

    Raises:
        InputsChangedError: params, code or data changed under the run; the trained state is kept.
        Interrupted, NonFiniteError: as `fit` says.
    """
    block = recipe.params
    score = QuickScore(recipe.reals(), block.score, params.seed, recipe.runtime)
    # Previews wait with the state: DVC deletes a stage's outputs when it starts again.
    job = Job(params.seed, state, score, params.save_every_seconds, state.folder / "previews")
    run = fit(recipe, block, job)
    state.check_inputs()
    _publish(recipe, run, job)
    state.check_inputs()
    state.remove()


def _publish(recipe: Recipe, run: Run, job: Job) -> None:
    meta = recipe.meta()
    name = str(meta["model"])
    best = {**meta, "step": run.best["step"], "quick_score": run.best["score"]}
    write(CHECKPOINTS / name / "best.safetensors", Checkpoint(run.best["weights"], best))
    write(CHECKPOINTS / name / "last.safetensors", Checkpoint(recipe.weights(), {**meta, "step": run.step}))
    write_history(REPORTS / name / "history.csv", run.rows)
    shutil.copytree(job.previews, REPORTS / name / "previews", dirs_exist_ok=True)
