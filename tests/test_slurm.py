"""A real Slurm: a study as an array that is stopped, preempted, failed and started again; ranks that srun starts."""

import getpass
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import slurm
from tests.project import fresh_clone, sh, wait_until
from tests.tiny import ROOT

pytestmark = pytest.mark.slurm


@pytest.fixture(autouse=True)
def _installed() -> None:
    if absent := slurm.missing():
        pytest.skip(f"no {', '.join(absent)} on this machine: `apt-get install slurm-wlm munge` brings them")


@pytest.fixture
def _cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Slurm for the commands of the test."""
    with slurm.cluster(tmp_path / "slurm", getpass.getuser()) as variables:
        monkeypatch.setenv("SLURM_CONF", variables["SLURM_CONF"])
        yield


def test_an_array_is_stopped_and_preempted_and_makes_the_same_bits() -> None:
    """The transcript tells it; see docs/scale.md."""
    told = sh(ROOT, sys.executable, "-m", "benchmarks.slurm")
    assert told.count("the same bits") == 2
    assert "1_1      low       COMPLETED" in told
    assert "1_2      low       COMPLETED" in told
    assert "1_3      low       FAILED" in told
    assert told.count("resumed at step") >= 2  # a task that was told to stop, and those that were preempted
    assert "study-3.log:task 3, start 1, attempt 2" in told
    assert "3 runs, 2 of them in reports/study.csv" in told


@pytest.mark.usefixtures("_cluster")
def test_a_task_that_is_cancelled_does_not_come_back(tmp_path: Path) -> None:
    (tmp_path / "runs" / "slurm").mkdir(parents=True)
    (tmp_path / "list").write_text("touch begun; sleep 600\n")
    said = sh(tmp_path, "sbatch", "--array=1", str(ROOT / "docs" / "slurm.sh"), "list")
    wait_until((tmp_path / "begun").exists)
    sh(tmp_path, "scancel", said.split()[-1])
    states = ["squeue", "--states=all", "--noheader", "-o", "%T"]
    wait_until(lambda: sh(tmp_path, *states).split() not in (["RUNNING"], ["COMPLETING"]))
    assert sh(tmp_path, *states).split() == ["CANCELLED"]


@pytest.mark.usefixtures("_cluster")
def test_srun_starts_the_ranks_of_a_training(tmp_path: Path) -> None:
    """By the command in docs/scale.md, for the two cores of one node."""
    text = (ROOT / "docs" / "scale.md").read_text()
    (command,) = re.findall(r"^\$ (srun [^']*'[^']*')$", text, re.M)
    project = fresh_clone(tmp_path / "project")
    path = project / "params.yaml"
    path.write_text(path.read_text().replace("devices: 1", "devices: 2"))
    (project / "dvc.lock").unlink()
    sh(project, "dvc", "repro", "prepare-data@dcgan")
    sized = re.sub("--nodes .* bash", "--ntasks 2 bash", command)
    sh(project, "bash", "-c", sized, GLOO_SOCKET_IFNAME="lo")
    card = json.loads((project / "reports/dcgan/run.json").read_text())
    assert [environment["ranks"] for environment in card["environments"]] == [2]
