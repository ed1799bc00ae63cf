"""A study as a Slurm array: stopped, preempted, failed and started again, on a real Slurm."""

import sys

import pytest

from tests import slurm
from tests.project import sh
from tests.tiny import ROOT


@pytest.mark.slurm
def test_an_array_is_stopped_and_preempted_and_makes_the_same_bits() -> None:
    """The transcript tells it; see docs/scale.md."""
    if absent := slurm.missing():
        pytest.skip(f"no {', '.join(absent)} on this machine: `apt-get install slurm-wlm munge` brings them")
    told = sh(ROOT, sys.executable, "-m", "benchmarks.slurm")
    assert told.count("the same bits") == 2
    assert "1_1      low       COMPLETED" in told
    assert "1_2      low       COMPLETED" in told
    assert "1_3      low       FAILED" in told
    assert told.count("resumed at step") >= 2  # a task that was told to stop, and those that were preempted
    assert "study-3.log:task 3, start 1, attempt 2" in told
    assert "3 runs, 2 of them in reports/study.csv" in told
