"""How the threads of torch wait for each other, and how many there are. Call this before torch is imported."""

import os
from pathlib import Path

SPINS = "2000"
CPUS = Path("/proc/cpuinfo")
COUNT = "OMP_NUM_THREADS"
WORKERS = Path(".dvc", "tmp", "exps", "celery")  # where DVC keeps a file with the pid of each worker of its queue


def wait_briefly() -> None:
    """Let OpenMP's threads sleep after a short wait, where convolutions run in float32.

    By default they spin, which keeps their cores from other work: beside one busy process on two cores, training then
    keeps a quarter of its rate; with this, almost half. In bfloat16 oneDNN's threads spin all the same, and OpenMP's
    sleep costs a quarter (CycleGAN) or half (DCGAN) of the rate beside other work, and 16 % or nothing alone (`python
    -m benchmarks.speed --only sharing`). No result changes. Whoever sets one of the two variables has the last word.
    """
    if "OMP_WAIT_POLICY" not in os.environ and not convolutions_spin():
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)


def convolutions_spin() -> bool:
    """Whether the threads of convolutions spin on this machine, however OpenMP's wait: they do in bfloat16."""
    return fast_bf16(CPUS.read_text() if CPUS.exists() else "")


def fast_bf16(cpus: str) -> bool:
    """Whether bfloat16 is faster than float32 on these CPUs, as /proc/cpuinfo describes them.

    `gan.core.runtime` decides by the same rule, but needs torch for it.
    """
    found = cpus.split()
    return "amx_bf16" in found or ("avx512_bf16" in found and "AuthenticAMD" in found)


def share_cores() -> None:
    """In an experiment of DVC's queue, use this worker's share of the cores, unless OMP_NUM_THREADS is set.

    Threads of one training wait for each other several hundred times in a step. With more threads than cores, those
    that are waited for do not run: two trainings with two threads each, on two cores, made a tenth of the steps that
    they make with one thread each.
    """
    if "DVC_EXP_NAME" in os.environ and (workers := _workers(Path(os.environ.get("DVC_ROOT", "")) / WORKERS)) > 1:
        os.environ.setdefault(COUNT, str(max(1, cores() // workers)))


def _workers(folder: Path) -> int:
    """The number of workers that are alive."""
    return sum(_alive(file) for file in folder.glob("*.pid"))


def _alive(file: Path) -> bool:
    try:
        os.kill(int(file.read_text()), 0)
    except (OSError, ValueError):
        return False
    return True


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
