"""A study on DVC's real queue: interrupted, with a run that fails, and carried on from its table alone."""

import re
import signal
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest

from tests.project import begin, commit, end_queue, printed, sh, wait_until

pytestmark = pytest.mark.usefixtures("_back_to_start", "_heard")

STUDY = """
seeds: [0]
groups:
  digits:
    model: dcgan
    always: [train_dcgan.snapshots.count=1]
    settings:
      default:
      other: [{}]
"""
MORE = """
      chosen: [select.dcgan.images=10]
      fewer: [sample.dcgan.count=36]
"""


def runs(clone: Path) -> bool:
    time.sleep(2)  # each look keeps a core busy for a second
    return "Running" in sh(clone, "dvc", "queue", "status")


def kill_worker(clone: Path) -> None:
    """Kill DVC's worker and all that it has begun, as the system does when the memory is full."""
    for process in psutil.process_iter(["cmdline", "cwd"]):
        command = " ".join(process.info["cmdline"] or [])
        if (process.info["cwd"] or "").startswith(str(clone)) and re.search("queue-worker|exec-run|stages", command):
            process.kill()


COMMAND = ("python", "-m", "gan", "study", "--jobs", "1")


def test_a_study_goes_on_after_an_interrupt_a_kill_and_a_failed_run_and_a_second_machine_adds_to_its_table(
    clone: Path, tmp_path: Path
) -> None:
    """The second machine has a clone alone, neither experiments nor a cache: only the table tells it what is done."""
    table = clone / "reports" / "study.csv"
    table.unlink()  # the project's own
    (clone / "study.yaml").write_text(STUDY.format("train_dcgan.snapshots.count=1000"))
    try:
        begun = begin(clone, *COMMAND)
        wait_until(lambda: runs(clone), begun)
        begun.send_signal(signal.SIGINT)  # DVC's worker goes on, as after a kill
        assert begun.wait() == 1
        assert "what is in DVC's queue goes on, and the same command gathers it" in printed(clone)
        begun = begin(clone, *COMMAND)  # it waits for what the worker still trains
        wait_until(lambda: "queue: " in printed(clone), begun)
        begun.kill()
        begun.wait()
        begun = begin(clone, *COMMAND)
        wait_until(lambda: runs(clone), begun)
        kill_worker(clone)
        assert begun.wait() == 1
        failed = printed(clone)
    finally:
        end_queue(clone)
    assert "queue: 1 runs" in failed, "what the worker lost is queued once more"
    assert "runs failed: study-digits-other-0-" in failed
    assert "Traceback" not in failed
    assert pd.read_csv(table)["setting"].tolist() == ["default"]

    kept = table.read_text().splitlines()[1]
    sh(clone, "git", "checkout", "-q", "-b", "found")
    commit(clone, "the study's table")
    sh(tmp_path, "git", "clone", "-q", "-b", "found", str(clone), "second")
    second = tmp_path / "second"
    (second / "study.yaml").write_text(STUDY.format("train_dcgan.loss=hinge") + MORE)
    try:
        output = sh(second, *COMMAND)
    finally:
        end_queue(second)
    assert "4 runs, 1 of them in reports/study.csv" in output
    assert "queue: 3 runs" in output
    added = second / "reports" / "study.csv"
    found = pd.read_csv(added).set_index("setting")
    assert list(found.index) == ["chosen", "default", "fewer", "other"]
    assert kept in added.read_text().splitlines()
    trained = {*found.index[found["seconds"] > 0]} - {"default"}
    assert trained == {"chosen", "other"}, "fewer has the training of chosen"
    assert "| **other**<br>`train_dcgan.loss=hinge` |" in (second / "reports" / "study.md").read_text()
