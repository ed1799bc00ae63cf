"""How the threads of torch wait for each other, and how many there are. Call this before torch is imported."""

import os
from pathlib import Path

SPINS = "2000"
COUNT = "OMP_NUM_THREADS"
WORKERS = Path(".dvc", "tmp", "exps", "celery")  # where DVC keeps a file with the pid of each worker of its queue


def wait_briefly() -> None:
    """Let OpenMP's threads sleep after a short wait.

    By default they spin, which keeps their cores from other work: beside one busy process on two cores, training then
    keeps a tenth of its rate; with this, about half (`python -m benchmarks.speed --only sharing`). No result changes.
    Whoever sets one of the two variables has the last word.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)


def share_cores() -> None:
    """In an experiment of DVC's queue, use this worker's share of the cores, unless OMP_NUM_THREADS is set.

    Threads of one training wait for each other several hundred times in a step. With more threads than cores, those
    that are waited for do not run: two trainings with two threads each, on two cores, made a tenth of the steps that
    they make with one thread each.
    """
    if "DVC_EXP_NAME" in os.environ and (workers := _workers(Path(os.environ.get("DVC_ROOT", "")) / WORKERS)) > 1:
        os.environ.setdefault(COUNT, str(max(1, _cores() // workers)))


def _workers(folder: Path) -> int:
    """The number of workers that are alive."""
    return sum(_alive(file) for file in folder.glob("*.pid"))


def _alive(file: Path) -> bool:
    try:
        os.kill(int(file.read_text()), 0)
    except (OSError, ValueError):
        return False
    return True


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
