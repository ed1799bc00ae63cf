"""A stage that ended before DVC recorded it loses nothing; one that DVC has recorded starts from the beginning."""

from pathlib import Path

import pytest

from gan.run.errors import InputsChangedError, Interrupted, OutOfMemory
from gan.run.recorded import record
from gan.run.runstate import RunState, tidy
from gan.training import statefile
from tests.finished import STAGE, dvc_records, left, run, stopped, write_project
from tests.project import sh


@pytest.fixture
def project(workspace: Path) -> Path:
    return write_project(workspace)


def test_a_finished_run_that_dvc_did_not_record_is_gone_on_from(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(1) == 1
    assert capsys.readouterr().err == ""
    assert run(2) == 1  # a kill while DVC hashed
    assert "make@a: it had finished, but DVC had not recorded it: writing its outputs again" in capsys.readouterr().err
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
    """The dvc.lock of a clone, or of a forced run, names results that are not there yet."""
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
    """A comment in the code changes no output, so dvc.lock of the run before already names all outputs."""
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
