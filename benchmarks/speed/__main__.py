"""How fast is it here? `python -m benchmarks.speed` measures training, features and the pipeline beside plain code.

Everything is measured in turns; a row is the median. What training reaches is also given as a share of the ceiling: of
what a large convolution reaches on this machine in the same run. Each row goes into benchmarks/speed.csv at once; it
keeps those of other machines. benchmarks/speed.png shows all.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.speed import features, machine, picture, pipeline, sharing, training
from gan.core.runtime import Runtime, choose_runtime
from gan.params.schema import Params, load

FOUND, PICTURE = Path("benchmarks/speed.csv"), Path("benchmarks/speed.png")
PARTS = ("features", "pipeline", "sharing", "training")
Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--turns", type=int, default=5, help="for each row; %(default)s")
    parser.add_argument(
        "--precision", default="auto", choices=("auto", "fp32", "bf16"), help="of training; %(default)s"
    )
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS, help="these parts; all. None only draws")
    given = parser.parse_args()
    p = load()
    runtime = choose_runtime(p.accelerator, given.precision, p.determinism)
    here = machine.described(runtime)
    print(", ".join(f"{name} {value}" for name, value in here.items()), flush=True)
    for row in measured(p, runtime, given.turns, given.only):
        print(
            ", ".join(f"{name} {value:.3g}" if isinstance(value, float) else str(value) for name, value in row.items())
        )
        _keep(here | row)
    picture.draw(pd.read_csv(FOUND), PICTURE)


def measured(p: Params, runtime: Runtime, turns: int, parts: list[str]) -> Iterator[Row]:
    """The rows of these parts, each as soon as it is measured; later ones take longer."""
    if "features" in parts:
        yield from features.features(p, runtime, turns)
    if "pipeline" in parts:
        yield from pipeline.batches(turns)
        yield pipeline.nothing_to_do(turns)
    if "sharing" in parts:
        yield from sharing.sharing(turns)
    if "training" in parts:
        most = machine.ceiling(runtime, turns)
        yield {"work": "a large convolution", "unit": "GFLOP/s", "ours": most}
        for row in training.measure(p, runtime, turns):
            yield row | {"of_ceiling": row["ours"] * row["gflop"] / most, "ceiling": most}


def _keep(row: Row) -> None:
    """Put the row in the place of an older one of the same work, machine and precision."""
    keys = ["device", "threads", "precision", "work"]
    found = pd.DataFrame([row])
    before = [pd.read_csv(FOUND)] if FOUND.exists() else []
    pd.concat([*before, found]).drop_duplicates(keys, keep="last").to_csv(FOUND, index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
