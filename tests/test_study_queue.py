"""A study on DVC's real queue: interrupted, with a run that fails, and carried on from its table alone."""

import signal
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.project import begin, printed, sh, wait_until

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


def runs(clone: Path) -> bool:
    time.sleep(2)  # each look keeps a core busy for a second
    return "Running" in sh(clone, "dvc", "queue", "status")


COMMAND = ("python", "-m", "gan", "study", "--jobs", "1")


def test_a_study_goes_on_after_an_interrupt_a_kill_a_failed_run_and_on_a_machine_that_has_only_its_table(
    clone: Path,
) -> None:
    """Without the experiments of the first part, only the table tells that the default needs no second run."""
    table = clone / "reports" / "study.csv"
    table.unlink()  # the project's own
    (clone / "study.yaml").write_text(STUDY.format("train_dcgan.snapshots.count=1000"))
    try:
        begun = begin(clone, *COMMAND)
        wait_until(lambda: runs(clone), begun)
        begun.send_signal(signal.SIGINT)  # DVC's worker goes on, as after a kill
        assert begun.wait() == 1
        assert "what is in DVC's queue goes on, and the same command gathers it" in printed(clone)
        begun = begin(clone, *COMMAND)  # it waits for the run that the worker still trains
        wait_until(lambda: "queue: 0 runs" in printed(clone), begun)
        begun.kill()
        begun.wait()
        failed = sh(clone, *COMMAND, status=1)
        assert "error: 1 runs failed: study-digits-other-0-" in failed
        assert "Traceback" not in failed
        assert pd.read_csv(table)["setting"].tolist() == ["default"]
        kept = table.read_text().splitlines()[1]

        sh(clone, "dvc", "exp", "remove", "-A")
        (clone / "study.yaml").write_text(STUDY.format("train_dcgan.loss=hinge"))
        output = sh(clone, *COMMAND)
        assert "2 runs, 1 of them in reports/study.csv" in output
        assert "queue: 1 runs" in output
    finally:
        sh(clone, "dvc", "queue", "stop", "--kill")
    assert pd.read_csv(table)["setting"].tolist() == ["default", "other"]
    assert table.read_text().splitlines()[1] == kept
    assert (pd.read_csv(table)["seconds"] > 0).all()
    assert "| **other**<br>`train_dcgan.loss=hinge` |" in (clone / "reports" / "study.md").read_text()
