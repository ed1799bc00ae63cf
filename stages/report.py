"""report: gather the results of all models in a page, a table and two pictures."""

import sys
from pathlib import Path

import pandas as pd

from gan.loading.packed import load_images, sets
from gan.params.schema import load
from gan.records.tables import read_table
from gan.report.figures import overview, training_curves
from gan.report.page import Source, chapter, render
from gan.report.study import study
from gan.run.files import write_whole
from gan.run.paths import PARAMS, REPORTS
from gan.run.stage import stage
from gan.run.yaml12 import read_file


def main(sources: list[Source]) -> None:
    """Gather the results of all models."""
    tables = [_scores(one.model) for one in sources]
    widest = max(tables, key=lambda table: table.shape[1])
    scores = pd.concat([widest[:0], *tables])  # in the column order of the widest table
    scores.to_csv(REPORTS / "fid.csv", index=False)
    numbers = ["step", "epoch"]
    histories = {
        one.model: read_table(REPORTS / one.model / "history.csv", numbers, f"select@{one.model}", numbers)
        for one in sources
    }
    training_curves(histories, REPORTS / "training.png")
    folder = REPORTS / "samples"
    overview(
        {one.model: [folder / f"{one.model}_{name}.png" for name in one.grids] for one in sources},
        REPORTS / "overview.jpg",
    )
    params = read_file(PARAMS)  # as written: by the names and values that -S takes
    chapters = [chapter(source, params, place) for place, source in enumerate(sources, 1)]
    write_whole(REPORTS / "index.html", render(chapters, study()).encode())


def _scores(model: str) -> pd.DataFrame:
    """The model's table of scores; numbers stay text."""
    return read_table(REPORTS / model / "fid.csv", ["model", "fid"], f"evaluate@{model}", ["fid", "kid"], dtype=str)


def named(argument: str) -> Source:
    """`dcgan:images:data/packed/images:samples,interpolation`: model, block of prepare_data, its data, its pictures."""
    model, block, data, grids = argument.split(":")
    packed = Path(data)
    names = sorted(sets(packed), key=lambda name: (name.removeprefix("train").removeprefix("test"), name[:2] != "tr"))
    return Source(model, block, packed, grids.split(","), {name: load_images(packed, name) for name in names})


if __name__ == "__main__":
    with stage("report", load):
        main([named(argument) for argument in sys.argv[1:]])
