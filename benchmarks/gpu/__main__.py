"""Is this GPU right, and how fast is it? `python -m benchmarks.gpu` needs no data, no network and at most 8 minutes.

First correctness: the same bits twice and after a kill, steps and features beside float64 on the CPU, and two steps
with each choice of networks and losses. Then throughput: both models' training beside what a large convolution reaches.
The tables are printed, and written as JSON. The exit status is 1 if anything FAILED. On a machine without a GPU the
correctness part runs on the CPU.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.gpu import correctness, throughput
from benchmarks.gpu.checks import FAILED, LEFT_OUT, OK, Clock
from benchmarks.gpu.small import ROOT
from gan.core.runtime import choose_runtime
from gan.params.schema import load
from gan.run.files import write_whole
from gan.run.paths import PARAMS
from gan.training.environment import environment

PARTS = ("correctness", "throughput")
NO_GPU = "No CUDA device here: what is checked is checked on the CPU, and throughput is left out."
Report = dict[str, Any]


def main() -> None:
    given = _arguments()
    clock = Clock(given.minutes)
    runtime = choose_runtime("auto", "fp32", "exact")  # before CUDA starts, which reads CUBLAS_WORKSPACE_CONFIG then
    report: Report = {"machine": environment(runtime), **{part: [] for part in given.only}}
    print(", ".join(f"{name} {value}" for name, value in report["machine"].items()), flush=True)
    if runtime.device.type != "cuda":
        print(NO_GPU, flush=True)
    if "correctness" in given.only:
        gather(correctness.measure("auto", clock), "correctness", report, given.out)
    if "throughput" in given.only and runtime.device.type == "cuda":
        p = load(ROOT / PARAMS)
        gather(throughput.measure(p, given.determinism, given.turns, clock), "throughput", report, given.out)
    outcomes = Counter(row["outcome"] for part in given.only for row in report[part])
    counts = ", ".join(f"{outcomes[name]} {name}" for name in (OK, FAILED, LEFT_OUT))
    print(f"{counts}, in {clock.passed():.0f} s; {given.out} has all rows")
    sys.exit(1 if outcomes[FAILED] else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="these parts; all")
    parser.add_argument("--turns", type=int, default=5, help="of half a second, for each rate; %(default)s")
    parser.add_argument("--minutes", type=float, default=8.0, help="after which nothing is begun; %(default)s")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/gpu.json"), help="%(default)s")
    levels = ["exact", "fast"]
    help_text = "of the training whose throughput is measured; both, one after the other"
    parser.add_argument("--determinism", nargs="+", choices=levels, default=levels, help=help_text)
    given: argparse.Namespace = parser.parse_args()
    return given


def gather(rows: Iterable[dict[str, Any]], part: str, report: Report, out: Path) -> None:
    """Put the rows into the report and on disk as they come, so that a stopped run leaves them; then print a table."""
    for row in rows:
        report[part].append(row)
        told = [str(row[key]) for key in ("name", "precision", "determinism", "note") if row.get(key)]
        print(f"{row['outcome']:8} {', '.join(told)}", file=sys.stderr, flush=True)
        write(report, out)
    print(f"\n{part}\n{table(report[part])}\n", flush=True)


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as text, a column for each of their keys, the outcome first and the note last."""
    frame = pd.DataFrame(rows)
    first = [name for name in ("outcome", "name") if name in frame]
    last = [name for name in ("note", "seconds") if name in frame]
    order = [*first, *(name for name in frame if name not in (*first, *last)), *last]
    return frame[order].to_string(index=False, float_format="%.3g", na_rep="")


def write(report: Report, out: Path) -> None:
    """Write the report as JSON, which has no NaN."""
    write_whole(out, (json.dumps(_finite(report), indent=1, ensure_ascii=False) + "\n").encode())


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not isfinite(value) else value


if __name__ == "__main__":
    main()
