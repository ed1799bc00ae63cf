"""report: gather the results of all models in a table and two pictures."""

import sys

import pandas as pd

from gan.params.schema import load
from gan.records.tables import read_table
from gan.report.figures import overview, training_curves
from gan.run.paths import REPORTS
from gan.run.stage import stage


def main(pictures: dict[str, list[str]]) -> None:
    """Gather the results of all models; `pictures` are the names of their grids in the overview, by model."""
    tables = [
        # numbers stay text
        read_table(REPORTS / model / "fid.csv", ["model", "fid"], f"evaluate@{model}", ["fid", "kid"], dtype=str)
        for model in pictures
    ]
    widest = max(tables, key=lambda table: table.shape[1])
    scores = pd.concat([widest[:0], *tables])  # in the column order of the widest table
    scores.to_csv(REPORTS / "fid.csv", index=False)
    numbers = ["step", "epoch"]
    histories = {
        model: read_table(REPORTS / model / "history.csv", numbers, f"select@{model}", numbers) for model in pictures
    }
    training_curves(histories, REPORTS / "training.png")
    folder = REPORTS / "samples"
    grids = {model: [folder / f"{model}_{name}.png" for name in names] for model, names in pictures.items()}
    overview(grids, REPORTS / "overview.jpg")


def named(argument: str) -> tuple[str, list[str]]:
    """`dcgan:samples,interpolation` as the model and the names of its pictures."""
    model, _, names = argument.partition(":")
    return model, names.split(",")


if __name__ == "__main__":
    with stage("report", load):
        main(dict(named(argument) for argument in sys.argv[1:]))
