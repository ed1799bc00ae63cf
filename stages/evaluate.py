"""evaluate: score the samples of one model against its reference; reads image arrays, never a checkpoint."""

import json
import sys
from pathlib import Path

from gan.core import params
from gan.core.errors import clean_exit
from gan.core.paths import REPORTS
from gan.core.runtime import start
from gan.metrics.evaluation import feature_rows, truth_scores
from gan.metrics.extractors import build
from gan.metrics.table import headline, table


def main(model: str, data: Path) -> None:
    p = params.load()
    runtime = start(p.accelerator, p.precision)
    rows = [
        row
        for name in p.evaluate.extractors
        for row in feature_rows(model, build(name, p.evaluate, runtime), p.evaluate, p.seed)
    ]
    truth = truth_scores(model, data)
    scores = table(model, rows, truth)
    folder = REPORTS / model
    folder.mkdir(parents=True, exist_ok=True)
    scores.to_csv(folder / "fid.csv", index=False, float_format="%.6g")
    metrics = headline(scores, truth, p.evaluate.checkpoint)
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    print(scores.dropna(axis="columns", how="all").to_string(index=False, na_rep="", float_format="%.4g"))


if __name__ == "__main__":
    with clean_exit():
        main(sys.argv[1], Path(sys.argv[2]))
