"""A folder is held by one run at a time, and no lock is left behind."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gan.run.errors import Interrupted
from gan.run.runstate import RunState, tidy
from tests.finished import STAGE, left, stopped, write_project
from tests.project import begin, wait_until
from tests.tiny import ROOT


@pytest.fixture
def project(workspace: Path) -> Path:
    return write_project(workspace)


def test_no_lock_is_left_behind(project: Path) -> None:
    with RunState(STAGE, keep=5):
        assert left() == ["make@a", "make@a.lock"]
    assert left() == []
    with pytest.raises(ZeroDivisionError):
        stopped(ZeroDivisionError, saved=True)
    assert left() == ["make@a"]
    with pytest.raises(Interrupted):
        stopped(KeyboardInterrupt)
    assert left() == ["make@a"]


HOLD = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from gan.run.runstate import RunState
with RunState({STAGE!r}, keep=5) as state:
    (state.folder / "state").write_bytes(b"1")
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def _killed(project: Path) -> None:
    """A run that was killed with a kill -9."""
    (project / ".git").mkdir()
    holder = begin(project, sys.executable, "-c", HOLD)
    wait_until(lambda: list(project.glob(".state/*/state")), holder)
    tidy()
    assert left() == ["make@a", "make@a.lock"]  # while it is held
    holder.send_signal(signal.SIGKILL)
    holder.wait()


@pytest.mark.usefixtures("_killed")
def test_the_lock_of_a_killed_run_is_removed_by_the_start_of_any_stage(project: Path) -> None:
    assert left() == ["make@a", "make@a.lock"]
    tidy()
    assert left() == ["make@a"]


CONTEND = f"""
import os, sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from gan.run.locks import let_go, take
turns = 0
while turns < 200:
    if lock := take(Path("folder"), 0.05):
        os.close(os.open("inside", os.O_CREAT | os.O_EXCL))  # fails where another is
        turns += 1
        os.unlink("inside")
        let_go(lock)
"""


def test_a_folder_is_held_by_one_at_a_time_though_the_file_comes_and_goes(workspace: Path) -> None:
    runs = [subprocess.Popen([sys.executable, "-c", CONTEND]) for _ in range(3)]
    assert [one.wait() for one in runs] == [0, 0, 0]
    assert not list(workspace.iterdir())
