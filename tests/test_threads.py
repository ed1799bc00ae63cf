"""How the threads of torch wait, and how many an experiment of DVC's queue takes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gan.core.runtime import choose_runtime
from gan.run import threads


@pytest.fixture
def celery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of DVC's workers, in a project on a machine of 8 cores whose experiment is running."""
    folder = tmp_path / threads.WORKERS
    folder.mkdir(parents=True)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("DVC_EXP_NAME", "wide")
    monkeypatch.setattr(threads, "cores", lambda: 8)
    monkeypatch.setenv(threads.COUNT, "")
    monkeypatch.delenv(threads.COUNT)
    return folder


def worker(folder: Path, number: int, pid: int) -> None:
    (folder / f"dvc-exp-worker-{number}.pid").write_text(str(pid))


def ended() -> int:
    """The pid of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize(("alive", "expected"), [(0, None), (1, None), (2, "4"), (3, "2"), (20, "1")])
def test_workers_share_the_cores(celery: Path, alive: int, expected: str | None) -> None:
    for number in range(alive):
        worker(celery, number, os.getpid())
    worker(celery, alive, ended())
    (celery / "dvc-exp-worker-half.pid").write_text("")
    threads.share_cores()
    assert os.environ.get(threads.COUNT) == expected


def test_who_sets_the_number_has_the_last_word(celery: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worker(celery, 1, os.getpid())
    worker(celery, 2, os.getpid())
    monkeypatch.setenv(threads.COUNT, "7")
    threads.share_cores()
    assert os.environ[threads.COUNT] == "7"


def test_a_run_outside_of_an_experiment_takes_all_cores(celery: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worker(celery, 1, os.getpid())
    worker(celery, 2, os.getpid())
    monkeypatch.delenv("DVC_EXP_NAME")
    threads.share_cores()
    assert threads.COUNT not in os.environ


CPUS = {
    "AMD with AVX512-BF16": ("vendor_id\t: AuthenticAMD\nflags\t\t: sse2 avx512_bf16 avx512vl", None),
    "AMD without": ("vendor_id\t: AuthenticAMD\nflags\t\t: sse2 avx2", threads.SPINS),
    "Intel with AMX": ("vendor_id\t: GenuineIntel\nflags\t\t: avx512_bf16 amx_bf16 amx_tile", None),
    "Intel without": ("vendor_id\t: GenuineIntel\nflags\t\t: avx512_bf16 avx512vl", threads.SPINS),
    "an ARM": ("Features\t: fp asimd bf16", threads.SPINS),
}


@pytest.mark.parametrize(("text", "spins"), CPUS.values(), ids=CPUS)
def test_threads_wait_briefly_unless_convolutions_spin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, spins: str | None
) -> None:
    monkeypatch.setattr(threads, "CPUS", tmp_path / "cpuinfo")
    threads.CPUS.write_text(text)
    for name in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    threads.wait_briefly()
    assert os.environ.get("GOMP_SPINCOUNT") == spins


@pytest.mark.parametrize("name", ["OMP_WAIT_POLICY", "GOMP_SPINCOUNT"])
def test_who_says_how_to_wait_has_the_last_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(threads, "CPUS", tmp_path / "none")
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    monkeypatch.setenv(name, "9")
    threads.wait_briefly()
    assert os.environ.get("GOMP_SPINCOUNT", "9") == "9"


@pytest.mark.skipif(not threads.CPUS.exists(), reason="only Linux describes its CPUs in a file")
def test_the_rule_is_that_of_the_precision() -> None:
    chosen = choose_runtime("cpu", "auto", "exact").precision
    assert (chosen == "bf16") == threads.fast_bf16(threads.CPUS.read_text())
