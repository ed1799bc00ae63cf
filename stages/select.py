"""select: score every snapshot of one model, name the best, and write the history of the whole training."""

import sys
from functools import partial
from pathlib import Path

import pandas as pd

from gan.artifacts.checkpoint import origin, read, write
from gan.core.runtime import Runtime, choose_runtime
from gan.distances.selection import Selection, choice_part, choice_score, lost_modes
from gan.features.extractors import build_as
from gan.features.reference import read_features
from gan.params.by_model import block_of
from gan.params.schema import Params, load
from gan.records.tables import read_table
from gan.run.errors import CheckpointError
from gan.run.names import training_of
from gan.run.paths import CHECKPOINTS, REFERENCE, REPORTS
from gan.run.progress import Progress
from gan.run.sharing import sharing
from gan.run.stage import stage
from gan.sampling.model import Context, Model, checked, model_of


def main(p: Params, runtime: Runtime, model: str, data: Path) -> None:
    record = model_of(model, data)
    count, batch_size = block_of(p.select, model).images, block_of(p.sample, model).batch_size
    context = Context(data, p.seed, batch_size, runtime)
    extractor = build_as(REFERENCE / model / p.evaluate.extractors[0], p.evaluate, runtime)
    reals = {}
    for output, wanted in record.outputs.items():
        features = read_features(REFERENCE / model / extractor.name, f"train{wanted.target}")
        reals[output] = features[choice_part(len(features), count)]
    selection = Selection(extractor, reals, p.evaluate.batch_size, p.evaluate.nearest, p.seed)
    folder = CHECKPOINTS / model
    rows = curve(snapshots(model), record, count, selection, context)
    best = min(rows, key=lambda row: choice_score(row, p.select.best_by))
    write(folder / "best.safetensors", read(folder / "snapshots" / f"step-{best['step']:07.0f}.safetensors"))
    losses = read_table(folder / "losses.csv", ["step"], training_of(model), numbers=["step"])
    history = losses.merge(pd.DataFrame(rows), on="step", how="outer")
    (REPORTS / model).mkdir(parents=True, exist_ok=True)
    history.to_csv(REPORTS / model / "history.csv", index=False, float_format="%.6g")
    for sentence in lost_modes(rows):
        print(f"warning: {sentence}", file=sys.stderr)
    print(f"{model}: best of {len(rows)} snapshots is step {best['step']:.0f}, by {p.select.best_by}")


def snapshots(model: str) -> list[Path]:
    """The snapshots of the model's training, in order.

    Raises:
        CheckpointError: there is none.
    """
    folder = CHECKPOINTS / model / "snapshots"
    if found := sorted(folder.glob("*.safetensors")):
        return found
    raise CheckpointError(
        f"{folder} holds no snapshot; `dvc checkout --force {folder}` restores those of your training"
    )


def curve(
    paths: list[Path], record: Model, count: int, selection: Selection, context: Context
) -> list[dict[str, float]]:
    """Step and scores of each snapshot, in order."""
    rows = []
    with Progress("snapshots", len(paths), "snapshots") as progress:
        for path in paths:
            snapshot = read(path)
            made = checked("choice_samples", record.choice_samples(snapshot, count, context), record.outputs)
            scores = selection.scores(made)
            rows.append({"step": origin(snapshot)["step"], **scores})
            progress.advance(1, " ".join(f"{name} {value:.4g}" for name, value in scores.items()))
    return rows


if __name__ == "__main__":
    with stage(f"select@{sys.argv[1]}", load) as p:
        choose = partial(choose_runtime, p.accelerator, p.precision, p.determinism)
        with sharing(p.devices, choose) as runtime:
            main(p, runtime, sys.argv[1], Path(sys.argv[2]))
