"""Stop it, resume it: real trainings, killed, signalled or edited under, in all of DVC's ways."""

import json
import os
import signal
import sys
import time
from contextlib import chdir
from pathlib import Path

import psutil
import pytest
import yaml

from gan.commands.revisions import revision, show
from tests.project import begin, changed, often, printed, sh, states, wait_until

pytestmark = pytest.mark.usefixtures("_back_to_start")

# Steps enough that a signal comes long before the last one.
LONGER = ["-S", "train_dcgan.epochs=30", "-S", "train_dcgan.snapshots.count=5"]


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
    with chdir(clone):
        card = json.loads(show(revision("killed"), "reports/dcgan/run.json"))
    last = next(out for out in lock_of(clone, "killed", "train-dcgan") if out["path"] == card["checkpoint"]["path"])
    assert card["checkpoint"]["md5"] == last["md5"]
    assert "with the changes of experiment killed" in card["revision"]
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
