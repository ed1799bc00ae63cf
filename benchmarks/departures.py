"""Does each departure from the CycleGAN paper help? `python -m benchmarks.departures` trains and compares.

Each variant sets one option back to the paper's value, or all of them; everything else is as in params.yaml. Each is
trained with three seeds. Results are kept in benchmarks/departures.csv, so that a stopped study continues, on any
machine.
"""

import argparse
import tempfile
from contextlib import chdir
from pathlib import Path
from typing import Any

import pandas as pd

from gan.commands.rerun import clone
from gan.run.paths import REPORTS
from gan.run.tools import dvc
from tests.papers import PAPER

FOUND = Path("benchmarks/departures.csv")
SEEDS = (0, 1, 2)
VARIANTS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "zeros": {"downsample_padding": "zeros"},
    "transposed": {"upsample": "transposed"},
    "instance": {"norm": "instance"},
    "no skips": {"skips": False},
    "all of the paper's": PAPER,
}
SCORES = ("kid", "fid", "sea_iou", "land_iou")


def measure(variant: str, seed: int) -> pd.DataFrame:
    """Train in a temporary clone that shares DVC's cache; returns the last checkpoint's scores, a row per direction."""
    sets = [f"train_cyclegan.generator.{name}={str(value).lower()}" for name, value in VARIANTS[variant].items()]
    options = [part for one in (f"seed={seed}", *sets) for part in ("-S", one)]
    print(f"{variant}, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="gan-departures-") as folder, chdir(clone("HEAD", Path(folder) / "clone")):
        dvc("exp", "run", *options, "evaluate@cyclegan")
        table = pd.read_csv(REPORTS / "cyclegan" / "fid.csv")
    last = table[table["checkpoint"] == "last"]
    return last[["direction", *SCORES, "libraries", "dtype"]].assign(variant=variant, seed=seed)


def table(found: pd.DataFrame) -> pd.DataFrame:
    """Mean ± standard deviation over the seeds, a row per variant and direction."""
    grouped = found.groupby(["variant", "direction"], sort=False)[list(SCORES)]
    mean, std = grouped.mean(), grouped.std()
    cells = {name: [f"{m:.3g} ± {s:.2g}" for m, s in zip(mean[name], std[name], strict=True)] for name in SCORES}
    return pd.DataFrame(cells, index=mean.index).assign(seeds=grouped.size())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.departures", description=__doc__)
    parser.add_argument("--table", action="store_true", help="print what was measured, and train nothing")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help="train only these seeds")
    given = parser.parse_args()
    found = pd.read_csv(FOUND) if FOUND.exists() else pd.DataFrame(columns=["variant", "seed"])
    for seed in () if given.table else given.seeds:
        for variant in VARIANTS:
            if not ((found["variant"] == variant) & (found["seed"] == seed)).any():
                found = pd.concat([found, measure(variant, seed)])
                found.to_csv(FOUND, index=False, float_format="%.6g")
                print(found.tail(2).to_string(index=False, header=False), flush=True)
    print(table(found).to_string())


if __name__ == "__main__":
    main()
