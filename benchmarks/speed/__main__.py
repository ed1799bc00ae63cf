"""How fast is it here? `python -m benchmarks.speed` measures training, features and the pipeline beside plain code.

Everything is measured in turns; a row is the median. What training reaches is also given as a share of the ceiling: of
what a large convolution reaches on this machine in the same run. The rows go into benchmarks/speed.csv, which keeps
those of other machines.
"""

import argparse
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.speed import features, machine, pipeline, sharing, training
from gan.core.runtime import choose_runtime
from gan.params.schema import load

FOUND = Path("benchmarks/speed.csv")
PARTS = ("training", "sharing", "features", "pipeline")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--turns", type=int, default=5, help="for each row; %(default)s")
    parser.add_argument(
        "--precision", default="auto", choices=("auto", "fp32", "bf16"), help="of training; %(default)s"
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="these parts; all")
    given = parser.parse_args()
    p = load()
    runtime = choose_runtime(p.accelerator, given.precision, p.determinism)
    here = machine.described(runtime)
    print(", ".join(f"{name} {value}" for name, value in here.items()), flush=True)
    rows: list[dict[str, Any]] = []
    if "training" in given.only:
        most = machine.ceiling(runtime, given.turns)
        print(f"a large convolution reaches {most:.0f} GFLOP/s", flush=True)
        measured = training.measure(p, runtime, given.turns)
        rows += [row | {"of_ceiling": row["ours"] * row["gflop"] / most, "ceiling": most} for row in measured]
    if "sharing" in given.only:
        rows += sharing.sharing(given.turns)
    if "features" in given.only:
        rows += features.features(p, runtime, given.turns)
    if "pipeline" in given.only:
        rows += [*pipeline.batches(given.turns), pipeline.nothing_to_do(given.turns)]
    found = pd.DataFrame([here | row for row in rows])
    print(found.drop(columns=[*here]).to_string(index=False, float_format="%.3g", na_rep=""))
    _keep(found)


def _keep(found: pd.DataFrame) -> None:
    """Put the rows in the place of older ones of the same work, machine and precision."""
    keys = ["device", "threads", "precision", "work"]
    before = pd.read_csv(FOUND) if FOUND.exists() else found[:0]
    both = pd.concat([before, found]).drop_duplicates(keys, keep="last")
    both.to_csv(FOUND, index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
