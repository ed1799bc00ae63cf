"""report: gather the results of both models in a table and two pictures."""

import pandas as pd

from gan.params.schema import load
from gan.report.figures import overview, training_curves
from gan.run.paths import REPORTS
from gan.run.stage import stage

MODELS = ("dcgan", "cyclegan")


def main() -> None:
    tables = [pd.read_csv(REPORTS / model / "fid.csv", dtype=str) for model in MODELS]  # numbers stay as text
    widest = max(tables, key=lambda table: table.shape[1])
    scores = pd.concat([widest[:0], *tables])  # columns in the order of the table that has most of them
    scores.to_csv(REPORTS / "fid.csv", index=False)
    histories = {model: pd.read_csv(REPORTS / model / "history.csv") for model in MODELS}
    training_curves(histories, REPORTS / "training.png")
    overview(REPORTS / "samples", REPORTS / "overview.jpg")


if __name__ == "__main__":
    with stage("report", load):
        main()
