"""select: score every snapshot of one model, name the best, and write the history of the whole training."""

import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from gan.artifacts.checkpoint import Checkpoint, read, write
from gan.core.images import Uint8
from gan.core.runtime import Runtime, start
from gan.distances.selection import Selection, headline, lost_modes, part
from gan.features.extractors import build_as
from gan.features.reference import read_features
from gan.params.schema import Params, load
from gan.run.paths import CHECKPOINTS, REFERENCE, REPORTS
from gan.run.progress import Progress
from gan.run.stage import stage

Draw = Callable[[Checkpoint, int, Params, Runtime], dict[str, Uint8]]
TARGETS = {"dcgan": {"": "train"}, "cyclegan": {"a2b": "trainB", "b2a": "trainA"}}  # output → what it should be like


def drawer(model: str) -> Draw:
    """The model's own function that makes the images to choose by; only that model's code is imported."""
    if model == "cyclegan":
        from gan.cyclegan.sampling import draw
    else:
        from gan.dcgan.sampling import draw
    return draw


def main(p: Params, model: str) -> None:
    runtime = start(p.accelerator, p.precision, p.determinism)
    count = p.select.dcgan.images if model == "dcgan" else p.select.cyclegan.images
    extractor = build_as(REFERENCE / model / p.evaluate.extractors[0], p.evaluate, runtime)
    features = {name: read_features(REFERENCE / model / extractor.name, of) for name, of in TARGETS[model].items()}
    reals = {name: one[part(len(one), count)] for name, one in features.items()}
    selection = Selection(extractor, reals, p.evaluate.batch_size, p.evaluate.nearest, p.seed)
    folder = CHECKPOINTS / model
    rows = curve(sorted((folder / "snapshots").glob("*.safetensors")), count, selection, drawer(model), p, runtime)
    best = min(rows, key=lambda row: headline(row, p.select.best_by))
    chosen = read(folder / "snapshots" / f"step-{best['step']:07.0f}.safetensors")
    write(folder / "best.safetensors", chosen)
    losses = pd.read_csv(folder / "losses.csv")
    history = losses.merge(pd.DataFrame(rows), on="step", how="outer")
    (REPORTS / model).mkdir(parents=True, exist_ok=True)
    history.to_csv(REPORTS / model / "history.csv", index=False, float_format="%.6g")
    for sentence in lost_modes(rows):
        print(f"warning: {sentence}", file=sys.stderr)
    print(f"{model}: best of {len(rows)} snapshots is step {best['step']:.0f}, by {p.select.best_by}")


def curve(
    paths: list[Path], count: int, selection: Selection, draw: Draw, p: Params, runtime: Runtime
) -> list[dict[str, float]]:
    """Step and scores of each snapshot, in order."""
    rows = []
    with Progress("snapshots", len(paths), "snapshots") as progress:
        for path in paths:
            snapshot = read(path)
            scores = selection.scores(draw(snapshot, count, p, runtime))
            rows.append({"step": snapshot.meta["step"], **scores})
            progress.advance(1, " ".join(f"{name} {value:.4g}" for name, value in scores.items()))
    return rows


if __name__ == "__main__":
    with stage(f"select@{sys.argv[1]}", load) as p:
        main(p, sys.argv[1])
