"""evaluate: score the samples of one model against its reference; reads image arrays, never a checkpoint."""

import json
import sys
from functools import partial
from pathlib import Path

from gan.core.runtime import Runtime, choose_runtime
from gan.features.extractors import build_as
from gan.metrics.classes import class_scores
from gan.metrics.evaluation import Evaluation
from gan.metrics.neighbours import draw_neighbours
from gan.metrics.table import headline, merged, summary, table
from gan.metrics.truth import cycle_scores, truth_scores
from gan.params.schema import Params, load
from gan.run.paths import REFERENCE, REPORTS
from gan.run.sharing import sharing
from gan.run.stage import stage


def main(p: Params, runtime: Runtime, model: str, data: Path) -> None:
    extractors = [build_as(REFERENCE / model / name, p.evaluate, runtime) for name in p.evaluate.extractors]
    seen = [Evaluation(model, data, extractor, p) for extractor in extractors]
    checkpoints = p.evaluate.checkpoints
    others = merged(
        truth_scores(model, data, seen[0].wanted),
        cycle_scores(model, data, checkpoints),
        class_scores(model, data, checkpoints, runtime),
    )
    rows = [row for evaluation in seen for row in evaluation.rows()]
    draw_neighbours(seen[0], REPORTS / "samples" / f"{model}_neighbours.png")
    scores = table(model, rows, others)
    folder = REPORTS / model
    folder.mkdir(parents=True, exist_ok=True)
    scores.to_csv(folder / "fid.csv", index=False, float_format="%.6g")
    metrics = headline(scores, others, p.evaluate.checkpoint)
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    print(summary(scores))


if __name__ == "__main__":
    with stage(f"evaluate@{sys.argv[1]}", load) as p:
        choose = partial(choose_runtime, p.accelerator, p.precision, p.determinism)
        with sharing(p.devices, choose) as runtime:
            main(p, runtime, sys.argv[1], Path(sys.argv[2]))
