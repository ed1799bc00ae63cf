"""Stop it, resume it: real trainings, killed, signalled, starved of disk or edited under, through all of DVC's ways."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import psutil
import pytest
import yaml

from gan.commands.revisions import revision, show
from gan.training import statefile
from tests.project import begin, changed, commit, printed, sh

pytestmark = pytest.mark.usefixtures("_back_to_start")

# Steps enough that a signal comes long before the last one.
LONGER = ["-S", "train_dcgan.epochs=30", "-S", "train_dcgan.snapshots.count=5"]


def wait_until(true: Callable[[], object], process: "subprocess.Popen[bytes] | None" = None) -> None:
    until = time.monotonic() + 120
    while not true():
        assert time.monotonic() < until
        assert process is None or process.poll() is None, "it ended before"
        time.sleep(0.001)


def states(clone: Path, name: str = "state") -> list[Path]:
    return list((clone / ".state").glob(f"train-*/{name}"))


def often(clone: Path) -> None:
    """Save after every step. How often is no input of the result."""
    path = clone / "params.yaml"
    path.write_text(path.read_text().replace("save_every_seconds: 60.0", "save_every_seconds: 0.0001"))


def stage_of(clone: Path) -> psutil.Process:
    """The training that DVC runs somewhere below."""
    for process in psutil.process_iter(["cmdline", "environ"]):
        command, variables = process.info["cmdline"] or [], process.info["environ"] or {}
        if any(word.startswith("stages.train_") for word in command) and variables.get("DVC_ROOT") == str(clone):
            return process
    raise AssertionError("no training runs")


def lock_of(clone: Path, name: str, stage: str) -> list[dict[str, object]]:
    """The outputs of a stage, with their hashes, at a revision or experiment."""
    with chdir(clone):
        text = show(revision(name), "dvc.lock")
    outs: list[dict[str, object]] = yaml.safe_load(text)["stages"][stage]["outs"]
    return outs


@pytest.mark.parametrize("model", ["dcgan", "cyclegan"])
def test_killed_again_and_again_a_training_ends_in_the_same_bytes(clone: Path, model: str) -> None:
    """kill -9, once a state is there and while one is written; DVC deletes the outputs, the state brings them back."""
    stage = f"train-{model}"
    lock = (clone / "dvc.lock").read_bytes()
    often(clone)
    for moment in ("state", "state.tmp"):
        command = [sys.executable, "-m", f"stages.train_{model}"]
        begun = begin(clone, *command, DVC_ROOT=str(clone))
        wait_until(lambda: states(clone, moment), begun)  # noqa: B023
        os.killpg(begun.pid, signal.SIGKILL)
        begun.wait()
    output = sh(clone, "dvc", "repro", "-f", "-s", stage)
    assert "resumed at step" in output
    assert (clone / "dvc.lock").read_bytes() == lock
    assert changed(clone) == [" M params.yaml"]
    assert not states(clone)


WAYS = {
    "in the workspace": ["dvc", "exp", "run", *LONGER, "train-dcgan"],
    "in a temporary folder": ["dvc", "exp", "run", "--temp", *LONGER, "-S", "seed=3", "train-dcgan"],
}


@pytest.mark.parametrize("command", WAYS.values(), ids=list(WAYS))
def test_a_killed_experiment_run_again_goes_on(clone: Path, command: list[str]) -> None:
    begun = begin(clone, *command, "-n", "killed")
    wait_until(lambda: states(clone), begun)
    stage_of(clone).kill()
    assert begun.wait() != 0
    assert "resumed at step" in sh(clone, *command, "-n", "killed")
    sh(clone, "git", "checkout", "-q", "-f", "main")
    sh(clone, *command, "-f", "-n", "alone")
    assert lock_of(clone, "killed", "train-dcgan") == lock_of(clone, "alone", "train-dcgan")
    assert lock_of(clone, "killed", "train-dcgan") != lock_of(clone, "main", "train-dcgan")
    sh(clone, "dvc", "exp", "remove", "killed", "alone")


def test_a_killed_experiment_queued_again_goes_on(clone: Path) -> None:
    command = ["dvc", "exp", "run", *LONGER, "-S", "seed=4"]

    def queued(name: str) -> None:
        sh(clone, *command, "--queue", "-n", name, "train-dcgan")
        assert begin(clone, "dvc", "queue", "start").wait() == 0  # its worker keeps a pipe open, and `sh` would wait

    def ended(how: str) -> bool:
        time.sleep(0.5)
        return how in sh(clone, "dvc", "queue", "status")

    try:
        queued("first")
        wait_until(lambda: states(clone))
        stage_of(clone).kill()
        wait_until(lambda: ended("Failed"))
        queued("second")
        wait_until(lambda: ended("Success"))
        assert "resumed at step" in sh(clone, "dvc", "queue", "logs", "second")
    finally:
        sh(clone, "dvc", "queue", "stop", "--kill")
    sh(clone, *command, "-f", "-n", "alone", "train-dcgan")
    assert lock_of(clone, "second", "train-dcgan") == lock_of(clone, "alone", "train-dcgan")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_and_says_how_to_go_on(clone: Path, number: signal.Signals) -> None:
    """To DVC and all below it, as a terminal or a scheduler sends it."""
    lock = (clone / "dvc.lock").read_bytes()
    begun = begin(clone, "dvc", "repro", "-f", "-s", "train-cyclegan")
    wait_until(lambda: states(clone), begun)
    training = stage_of(clone)
    os.killpg(begun.pid, number)
    assert begun.wait() != 0
    psutil.wait_procs([training], timeout=60)
    assert f"stopped by {number.name} at step" in printed(clone)
    assert "the state is saved: the same command goes on from there" in printed(clone)
    assert "Traceback" not in printed(clone)
    assert (clone / "dvc.lock").read_bytes() == lock
    assert "resumed at step" in sh(clone, "dvc", "repro", "-f", "-s", "train-cyclegan")
    assert (clone / "dvc.lock").read_bytes() == lock


@pytest.mark.parametrize(
    ("file", "old", "new", "name"),
    [
        ("params.yaml", "lr: 0.0002", "lr: 0.0003", "params.yaml: lr"),
        ("gan/cyclegan/recipe.py", "PREVIEW = 8", "PREVIEW = 9", "gan/cyclegan/recipe.py"),
    ],
)
def test_an_edit_during_training_is_not_recorded_and_costs_nothing(
    clone: Path, file: str, old: str, new: str, name: str
) -> None:
    lock, text = (clone / "dvc.lock").read_bytes(), (clone / file).read_text()
    begun = begin(clone, "dvc", "repro", "-f", "-s", "train-cyclegan")
    wait_until(lambda: states(clone), begun)
    (clone / file).write_text(text.replace(old, new))
    assert begun.wait() != 0
    assert f"changed while it ran: {name}. Nothing is recorded" in printed(clone)
    assert (clone / "dvc.lock").read_bytes() == lock
    (clone / file).write_text(text)
    assert "resumed at step 120 of 120" in sh(clone, "dvc", "repro", "-f", "-s", "train-cyclegan")
    assert (clone / "dvc.lock").read_bytes() == lock


def small_disk(clone: Path, script: str) -> str:
    """Run a shell script in the clone with a small file system of its own over .state."""
    mount = f"mount -t tmpfs -o size=900k none .state\n{script}"
    return sh(clone, "unshare", "--map-root-user", "--mount", "sh", "-ec", mount, DVC_ROOT=str(clone))


def test_a_full_disk_is_one_line_and_the_state_before_it_goes_on(clone: Path) -> None:
    train = "python -m stages.train_cyclegan"
    output = small_disk(
        clone,
        f"""
        sed -i 's/save_every_seconds: .*/save_every_seconds: 0.0001/' params.yaml
        ! {train}
        test $(ls .state/train-*/state.tmp 2>/dev/null | wc -l) = 0
        echo made room
        mount -o remount,size=40m .state
        {train}
        """,
    )
    before, after = output.split("made room")
    errors = [line for line in before.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert errors[0].startswith("error: No space left on device: ")
    assert "run the same command again" in errors[0]
    assert "Traceback" not in output
    assert "resumed at step" in after


def test_a_disk_that_may_not_be_written_is_one_line(clone: Path) -> None:
    output = small_disk(clone, "mount -o remount,ro .state\n! python -m stages.train_dcgan")
    assert output.startswith("error: Read-only file system: ")
    assert len(output.splitlines()) == 1


def test_numbers_that_are_none_stop_the_run_and_keep_the_last_good_state(clone: Path) -> None:
    """The rate is so high that the weights overflow after some steps."""
    settings = ["-S", "train_cyclegan.lr_factor=1e15", "-S", "save_every_seconds=0.0001"]
    output = sh(clone, "dvc", "exp", "run", *settings, "train-cyclegan", status=255)
    errors = [line for line in output.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "at step 2; the last good state is kept" in errors[0]
    (state,) = states(clone)
    saved = statefile.load(state.parent)
    assert saved is not None
    assert saved["run"]["step"] == 1


def test_a_python_without_the_packages_is_one_line(clone: Path) -> None:
    """`-S` leaves out the environment's packages, as any other Python on the path would."""
    output = sh(clone, sys.executable, "-S", "-m", "stages.train_dcgan", status=1)
    assert output.startswith(f"error: {sys.executable} lacks ")
    assert len(output.splitlines()) == 1


def test_what_was_recorded_is_verified_to_the_bit(clone: Path) -> None:
    output = sh(clone, "python", "-m", "gan", "verify", "dcgan")
    assert "step-0000010: the same bits" in output
    assert "bit-identical: 6 files" in output
    assert "note:" not in output


def test_a_record_that_its_commit_does_not_make_is_found_out(clone: Path) -> None:
    """Params were committed, and nothing was reproduced since."""
    path = clone / "params.yaml"
    path.write_text(path.read_text().replace("lr: 0.0002", "lr: 0.0004"))
    commit(clone, "forgot to reproduce")
    try:
        output = sh(clone, "python", "-m", "gan", "verify", "dcgan", status=1)
    finally:
        sh(clone, "git", "reset", "-q", "--hard", "HEAD~1")
    assert "note: the card was made from other inputs: params.yaml: lr" in output
    assert "different from step-0000010 on" in output
    assert "losses differ first in the row of step 5: " in output
    assert "error: train-dcgan at HEAD was not reproduced" in output
