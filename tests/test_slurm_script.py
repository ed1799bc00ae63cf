"""docs/slurm.sh without Slurm: which line a task runs, how often, and what it does when it is told to stop."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.tiny import ROOT

# Slurm's own programs, as far as the script asks them; `make slurm` has the real ones.
PROGRAMS = {"scontrol": 'echo "$@" > requeued', "squeue": "cat state"}
# Ends well or badly once it is interrupted, as a training that had just ended does, or one that saves its state.
WAITS = "trap 'exit {status}' INT; touch waits; while :; do sleep 0.05; done"


def begin(folder: Path, lines: str, task: str | None = "1") -> "subprocess.Popen[str]":
    (folder / "list").write_text(lines)
    for name, does in PROGRAMS.items():
        (folder / name).write_text(f"#!/bin/sh\n{does}\n")
        (folder / name).chmod(0o755)
    variables = {name: value for name, value in os.environ.items() if not name.startswith("SLURM")}
    variables |= {"PATH": f"{folder}:{os.environ['PATH']}", "SLURM_JOB_ID": "7"}
    variables |= {"SLURM_ARRAY_TASK_ID": task} if task else {}
    command = ["bash", str(ROOT / "docs" / "slurm.sh"), "list"]
    return subprocess.Popen(
        command, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def ran(folder: Path, lines: str, task: str | None = "1") -> tuple[int, str]:
    """How a task ended, and what it printed."""
    process = begin(folder, lines, task)
    told, _ = process.communicate(timeout=60)
    return process.returncode, told


def test_a_task_runs_its_line_once_if_it_ends_well(tmp_path: Path) -> None:
    status, told = ran(tmp_path, "echo first\necho 'second of' two\n", "2")
    assert (status, told.splitlines()[1:]) == (0, ["second of two"])
    assert "task 2, start 1, attempt 1" in told


@pytest.mark.parametrize("line", ["true", "sleep 0.3"])
def test_however_short_it_is(line: str, tmp_path: Path) -> None:
    status, told = ran(tmp_path, line)
    assert (status, told.count("attempt")) == (0, 1)


def test_what_fails_is_tried_once_more(tmp_path: Path) -> None:
    assert ran(tmp_path, "echo again >> tried; exit 5")[0] == 5
    assert (tmp_path / "tried").read_text() == "again\nagain\n"
    assert ran(tmp_path, "[ -e once ] || { touch once; exit 5; }")[0] == 0
    assert not (tmp_path / "requeued").exists()


@pytest.mark.parametrize(
    ("task", "sentence"),
    [("2", "error: list has no line 2"), (None, "SLURM_ARRAY_TASK_ID: start this script by sbatch --array=1-N")],
)
def test_a_task_without_a_line_fails(task: str | None, sentence: str, tmp_path: Path) -> None:
    status, told = ran(tmp_path, "touch made\n", task)
    assert status != 0
    assert sentence in told
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("status", "state", "requeued"), [(3, "RUNNING", True), (3, "COMPLETING", False), (0, "RUNNING", False)]
)
def test_one_that_is_told_to_stop_starts_again_unless_it_had_ended_or_is_cancelled(
    status: int, state: str, requeued: bool, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text(state)
    process = begin(tmp_path, WAITS.format(status=status))
    until = time.monotonic() + 60
    while not (tmp_path / "waits").exists():
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    told, _ = process.communicate(timeout=60)
    assert (process.returncode, told.count("attempt")) == (status, 1)
    assert (tmp_path / "requeued").exists() == requeued
    assert not requeued or (tmp_path / "requeued").read_text() == "requeue 7\n"
