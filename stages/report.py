"""report: gather the results of all models in a table and two pictures."""

from pathlib import Path

import pandas as pd

from gan.params.schema import load
from gan.report.figures import overview, training_curves
from gan.run.fingerprint import entry
from gan.run.paths import REPORTS
from gan.run.stage import stage


def main(files: list[Path]) -> None:
    """Gather the files that dvc.yaml lists: `<model>/fid.csv`, `<model>/history.csv`, `samples/<model>_<name>.png`."""
    models = [path.parent.name for path in files if path.name == "fid.csv"]
    tables = [pd.read_csv(REPORTS / model / "fid.csv", dtype=str) for model in models]  # numbers stay as text
    widest = max(tables, key=lambda table: table.shape[1])
    scores = pd.concat([widest[:0], *tables])  # in the column order of the widest table
    scores.to_csv(REPORTS / "fid.csv", index=False)
    histories = {model: pd.read_csv(REPORTS / model / "history.csv") for model in models}
    training_curves(histories, REPORTS / "training.png")
    grids = {model: [path for path in files if path.name.startswith(f"{model}_")] for model in models}
    overview(grids, REPORTS / "overview.jpg")


if __name__ == "__main__":
    with stage("report", load):
        main([Path(dep) for dep in entry("report")["deps"]])
