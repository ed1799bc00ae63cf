"""How many threads an experiment of DVC's queue takes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gan.run import threads


@pytest.fixture
def celery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of DVC's workers, in a project on a machine of 8 cores whose experiment is running."""
    folder = tmp_path / threads.WORKERS
    folder.mkdir(parents=True)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("DVC_EXP_NAME", "wide")
    monkeypatch.setattr(threads, "_cores", lambda: 8)
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
