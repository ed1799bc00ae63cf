"""report: gather the results of all models in a table and two pictures."""

import sys
from pathlib import Path

import pandas as pd

from gan.params.schema import load
from gan.report.figures import overview, training_curves
from gan.run.fingerprint import entry
from gan.run.paths import REPORTS
from gan.run.stage import stage


def main(models: list[str], pictures: list[Path]) -> None:
    """Gather the results of these models; `pictures` are called `<model>_<name>.png`."""
    tables = [pd.read_csv(REPORTS / model / "fid.csv", dtype=str) for model in models]  # numbers stay as text
    widest = max(tables, key=lambda table: table.shape[1])
    scores = pd.concat([widest[:0], *tables])  # in the column order of the widest table
    scores.to_csv(REPORTS / "fid.csv", index=False)
    histories = {model: pd.read_csv(REPORTS / model / "history.csv") for model in models}
    training_curves(histories, REPORTS / "training.png")
    grids: dict[str, list[Path]] = {model: [] for model in models}
    for picture in pictures:
        owner = max((model for model in models if picture.name.startswith(f"{model}_")), key=len)
        grids[owner].append(picture)
    overview(grids, REPORTS / "overview.jpg")


if __name__ == "__main__":
    with stage("report", load):
        main(sys.argv[1:], [Path(dep) for dep in entry("report")["deps"] if dep.endswith(".png")])
