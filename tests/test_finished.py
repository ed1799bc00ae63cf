"""A stage that ended before DVC recorded it loses nothing; one that DVC recorded starts anew; and no lock is left."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gan.core.errors import InputsChangedError, Interrupted, OutOfMemory
from gan.core.recorded import record
from gan.core.runstate import RunState, tidy
from gan.training import statefile
from tests.project import begin, sh, wait_until
from tests.test_recorded import lock
from tests.tiny import ROOT

PIPELINE = """
stages:
  make:
    foreach:
      a: {}
    do:
      cmd: python -m train
      deps: [code.py]
      params: [seed]
      outs: [out.bin]
"""
STAGE = "make@a"  # as `lock` calls it


@pytest.fixture
def project(workspace: Path) -> Path:
    (workspace / "dvc.yaml").write_text(PIPELINE)
    (workspace / "params.yaml").write_text("seed: 0\n")
    (workspace / "code.py").write_text("pass\n")
    return workspace


def run(number: int) -> int:
    """One run as a stage does it; what it found to go on from, or its number where that was nothing."""
    Path("out.bin").unlink(missing_ok=True)  # as DVC does
    with RunState(STAGE, keep=5) as state:
        saved = statefile.load(state.folder) or {"number": number}
        statefile.save(state.folder, saved)
        Path("out.bin").write_bytes(b"%d" % saved["number"])
        state.finish()
    return int(saved["number"])


def dvc_records() -> None:
    Path("dvc.lock").write_text(lock(record(STAGE)))


def left() -> list[str]:
    """What lies in .state."""
    return sorted(path.name.partition("-")[0] + path.suffix for path in Path(".state").iterdir())


def test_a_finished_run_that_dvc_did_not_record_is_gone_on_from(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(1) == 1
    assert capsys.readouterr().err == ""
    assert run(2) == 1  # a kill while DVC hashed
    assert "make@a: it had ended before DVC recorded it: its outputs are written again" in capsys.readouterr().err
    tidy()
    assert run(3) == 1  # and another
    assert (project / "out.bin").read_bytes() == b"1"


def test_one_that_dvc_recorded_starts_anew_each_time_it_is_forced(project: Path) -> None:
    for number in (1, 2, 3):
        assert run(number) == number
        dvc_records()


def test_one_that_dvc_recorded_is_removed_by_the_start_of_any_stage(project: Path) -> None:
    run(1)
    tidy()
    assert left() == ["make@a"]
    dvc_records()
    tidy()
    assert left() == []


def test_a_lock_that_said_so_before_is_no_proof_but_the_cache_is(project: Path) -> None:
    """A clone's dvc.lock names results that are not there yet; and so does that of a run that is forced."""
    sh(project, "git", "init", "-q")
    sh(project, "dvc", "init", "-q")
    run(1)
    dvc_records()
    tidy()
    assert left() == []
    assert run(1) == 1  # the same bytes: the lock names them already
    assert run(2) == 1
    outs = record(STAGE)["outs"]
    cached = project / ".dvc" / "cache" / "files" / "md5" / outs["out.bin"][:2] / outs["out.bin"][2:]
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"1")
    assert run(3) == 3


def test_another_input_with_the_same_result_is_another_run(project: Path) -> None:
    """A comment in the code changes no output: dvc.lock of the run before names them all."""
    run(1)
    dvc_records()
    (project / "code.py").write_text("pass  # edited\n")
    assert run(1) == 1
    assert run(2) == 1


def test_an_edit_before_it_finishes_is_refused_and_costs_nothing(project: Path) -> None:
    with RunState(STAGE, keep=5) as state:
        statefile.save(state.folder, {"number": 1})
        (project / "params.yaml").write_text("seed: 1\n")
        with pytest.raises(InputsChangedError, match=r"params\.yaml: seed"):
            state.finish()
    assert not list(project.glob(".state/*/finished.json"))
    (project / "params.yaml").write_text("seed: 0\n")
    assert run(2) == 1


def test_two_equal_runs_at_once_are_both_recorded(project: Path) -> None:
    with RunState(STAGE, keep=5) as first:
        statefile.save(first.folder, {"number": 1})
        assert run(1) == 1
        (project / "out.bin").write_bytes(b"1")
        first.finish()
        dvc_records()
        tidy()
        assert first.folder.exists()  # a run holds it
        assert left() == ["make@a", "make@a.lock"]
    tidy()
    assert left() == []


def test_a_note_that_is_no_note_keeps_the_state(project: Path) -> None:
    run(1)
    (note,) = project.glob(".state/*/finished.json")
    note.write_text("{")
    assert run(2) == 1


# What an interrupt says, by what was done before.


def stopped(by: type[BaseException], saved: bool = False, ended: bool = False) -> None:
    """A run that something ends."""
    with RunState(STAGE, keep=5) as state:
        if saved:
            statefile.save(state.folder, {"number": 1})
        if ended:
            state.check_inputs()
        raise by


@pytest.mark.parametrize(
    ("saved", "ended", "line"),
    [
        (False, False, "nothing was saved yet: the same command starts again"),
        (True, False, "the last saved state is kept: the same command goes on from there"),
        (True, True, "its work had ended and is kept: the same command ends in seconds"),
    ],
)
def test_an_interrupt_says_what_is_kept(project: Path, saved: bool, ended: bool, line: str) -> None:
    with pytest.raises(Interrupted) as caught:
        stopped(KeyboardInterrupt, saved, ended)
    assert str(caught.value) == f"make@a: interrupted; {line}"
    assert left() == (["make@a"] if saved else [])


def test_an_interrupt_of_a_run_that_goes_on_from_a_finished_one_says_so_too(project: Path) -> None:
    run(1)
    with pytest.raises(Interrupted, match="ends in seconds"):
        stopped(KeyboardInterrupt)


@pytest.mark.parametrize("saved", [False, True])
def test_too_little_memory_says_whether_a_state_is_kept(project: Path, saved: bool) -> None:
    with pytest.raises(OutOfMemory) as caught:
        stopped(MemoryError, saved)
    kept = "the last saved state is kept" if saved else "nothing was saved yet"
    assert str(caught.value) == f"make@a: out of memory; free some, or run it where there is more; {kept}"


# Locks.


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
from gan.core.runstate import RunState
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
from gan.core.locks import let_go, take
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
