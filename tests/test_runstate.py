"""Which state a run finds: that of an equal run, and no other."""

import os
import shutil
import time
from pathlib import Path

import pytest

from gan.run.errors import InputsChangedError
from gan.run.fingerprint import fingerprint
from gan.run.runstate import RunState
from gan.training import statefile

PIPELINE = """
stages:
  train:
    cmd: python -m train
    deps: [code, data.npy]
    params: [seed, block.epochs, {card.json: [made.by]}]
"""


@pytest.fixture
def project(workspace: Path) -> Path:
    (workspace / "dvc.yaml").write_text(PIPELINE)
    (workspace / "params.yaml").write_text("seed: 0\nlr: 0.1\nblock:\n  epochs: 2\n  other: 1\n")
    (workspace / "code").mkdir()
    (workspace / "code" / "train.py").write_text("pass\n")
    (workspace / "data.npy").write_bytes(b"123")
    (workspace / "card.json").write_text('{"made": {"by": "me", "in": 5}}')
    return workspace


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new))


def save(number: int) -> None:
    with RunState("train", keep=5) as state:
        statefile.save(state.folder, {"number": number})


def found() -> int | None:
    with RunState("train", keep=5) as state:
        saved = statefile.load(state.folder)
        return saved["number"] if saved else None


def test_the_same_run_finds_its_state(project: Path) -> None:
    assert found() is None
    save(1)
    assert found() == 1


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("params.yaml", "seed: 0", "seed: 1"),
        ("params.yaml", "epochs: 2", "epochs: 3"),
        ("code/train.py", "pass", "pass  # edited"),
        ("card.json", "me", "you"),
        ("data.npy", "123", "124"),
        ("dvc.yaml", "python -m train", "python -m train --fast"),
    ],
)
def test_any_other_input_starts_fresh_and_going_back_resumes(project: Path, name: str, old: str, new: str) -> None:
    save(1)
    edit(project / name, old, new)
    assert found() is None
    edit(project / name, new, old)
    assert found() == 1


def test_what_the_stage_does_not_read_changes_nothing(project: Path) -> None:
    before = fingerprint("train")
    edit(project / "params.yaml", "lr: 0.1", "lr: 0.2")
    edit(project / "params.yaml", "other: 1", "other: 2")
    edit(project / "card.json", "5", "6")
    (project / "code" / "train.pyc").write_bytes(b"compiled")
    assert fingerprint("train") == before


def test_a_renamed_file_is_a_change(project: Path) -> None:
    before = fingerprint("train")
    (project / "code" / "train.py").rename(project / "code" / "other.py")
    assert fingerprint("train") != before


def test_a_copy_of_the_project_finds_the_state_of_the_main_one(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`dvc exp run --temp` and the queue run in another folder, and DVC_ROOT names the main repository."""
    save(1)
    copy = tmp_path_factory.mktemp("temp") / "copy"
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns(".state"))
    monkeypatch.chdir(copy)
    monkeypatch.setenv("DVC_ROOT", str(project))
    assert found() == 1
    assert not (copy / ".state").exists()


def test_two_equal_runs_at_once_do_not_share(project: Path) -> None:
    with RunState("train", keep=5) as first, RunState("train", keep=5) as second:
        assert first.folder != second.folder
        statefile.save(first.folder, {"number": 1})
        assert statefile.load(second.folder) is None


def test_what_a_second_equal_run_left_is_found_when_the_first_has_finished(project: Path) -> None:
    with RunState("train", keep=5) as first:
        with RunState("train", keep=5) as second:
            statefile.save(second.folder, {"number": 2})
        first.remove()
    assert found() == 2


def test_a_kill_while_a_finished_run_is_forgotten_leaves_nothing_to_resume(project: Path) -> None:
    """A part of a state would be taken for a whole one: for example the last step without the snapshots."""
    save(1)
    with RunState("train", keep=5) as state:
        left = state.folder.with_name(f"{state.folder.name}.gone")
        state.folder.rename(left)  # as `remove` begins
    assert found() is None
    assert not left.exists()


def test_inputs_that_changed_meanwhile_are_named_and_the_state_stays(project: Path) -> None:
    with RunState("train", keep=5) as state:
        statefile.save(state.folder, {"number": 1})
        state.check_inputs()  # nothing changed yet
        edit(project / "params.yaml", "seed: 0", "seed: 1")
        with pytest.raises(InputsChangedError, match=r"params\.yaml: seed\. Nothing is recorded"):
            state.check_inputs()
    edit(project / "params.yaml", "seed: 1", "seed: 0")
    assert found() == 1


def test_a_finished_run_leaves_nothing_to_resume(project: Path) -> None:
    with RunState("train", keep=5) as state:
        statefile.save(state.folder, {"number": 1})
        state.remove()
    assert found() is None


def test_the_oldest_states_beyond_keep_go_but_none_that_runs(project: Path) -> None:
    held = RunState("train", keep=9)
    os.utime(held.folder, (0, 0))
    folders = []
    for seed in range(1, 5):
        edit(project / "params.yaml", f"seed: {seed - 1}", f"seed: {seed}")
        with RunState("train", keep=9) as state:
            statefile.save(state.folder, {"number": seed})
            folders.append(state.folder)
        os.utime(folders[-1], (time.time() + seed,) * 2)
    edit(project / "params.yaml", "seed: 4", "seed: 5")
    with RunState("train", keep=2):
        assert [folder.exists() for folder in folders] == [False, False, True, True]
        assert held.folder.exists()


def test_a_stage_leaves_the_states_of_one_whose_name_begins_with_its_own(project: Path) -> None:
    two = PIPELINE + PIPELINE.partition("stages:\n")[2].replace("train:", "train-big:")
    (project / "dvc.yaml").write_text(two)
    with RunState("train-big", keep=0) as big:
        statefile.save(big.folder, {"number": 1})
    with RunState("train", keep=0):
        assert big.folder.exists()
