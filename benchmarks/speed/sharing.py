"""Training alone and beside other work: OpenMP's threads wait as those of a stage do (ours), or in the other way."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from statistics import median
from typing import Any

from benchmarks.speed.recipes import DEFAULTS
from gan.core.runtime import choose_runtime
from gan.params.schema import load
from gan.run.threads import SPINS, convolutions_spin

BUSY = (
    "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"  # until this process ends, however it does
)
SECONDS = 6.0  # of one measurement
BRIEFLY, SPINNING = {"GOMP_SPINCOUNT": SPINS}, dict[str, str]()


def sharing(turns: int) -> Iterator[dict[str, Any]]:
    """A row for each default recipe, alone and beside one busy process, and for two trainings of one thread each."""
    for model in DEFAULTS:
        for beside in (False, True):
            with _busy(beside):
                found = _in_turns(model, turns)
            work = f"{model}, the default, {'beside one busy process' if beside else 'alone'}"
            yield {"work": work, "unit": "steps/s", **found}
        both = median(_two(model) for _ in range(turns))
        yield {"work": f"{model}, two trainings of one thread, together", "unit": "steps/s", "ours": both}


def _in_turns(model: str, turns: int) -> dict[str, float]:
    stages, other = (SPINNING, BRIEFLY) if convolutions_spin() else (BRIEFLY, SPINNING)
    ways = {"ours": stages, "other": other}
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(turns):
        for name, variables in ways.items():
            found[name].append(_rate(_start(model, variables)))
    return {name: median(one) for name, one in found.items()}


def _two(model: str) -> float:
    started = [_start(model, {"OMP_NUM_THREADS": "1"}) for _ in range(2)]
    return sum(_rate(one) for one in started)


def _start(model: str, variables: dict[str, str]) -> "subprocess.Popen[str]":
    """A training in a process of its own, as OpenMP reads these variables once."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GOMP_", "OMP_"))}
    command = [sys.executable, "-m", "benchmarks.speed.sharing", model]
    return subprocess.Popen(command, env=kept | variables, stdout=subprocess.PIPE, text=True)


def _rate(process: "subprocess.Popen[str]") -> float:
    return float(process.communicate()[0])


@contextmanager
def _busy(wanted: bool) -> Iterator[None]:
    """One process that keeps a core busy meanwhile."""
    process = subprocess.Popen([sys.executable, "-c", BUSY]) if wanted else None
    try:
        yield
    finally:
        if process:
            process.kill()
            process.wait()


def _steps_per_second(model: str) -> float:
    p = load()
    step = DEFAULTS[model](p, choose_runtime(p.accelerator, p.precision, p.determinism)).step
    for number in range(3):
        step(number)
    began = time.perf_counter()
    for done in count(1):
        step(done)
        if (took := time.perf_counter() - began) > SECONDS:
            return done / took
    raise AssertionError


if __name__ == "__main__":
    print(_steps_per_second(sys.argv[1]))
