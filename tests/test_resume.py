"""Resuming real trainings that were killed, stopped by a signal, or whose inputs were edited, by every DVC command."""

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
from tests.project import begin, changed, end_queue, often, printed, sh, states, wait_until

pytestmark = pytest.mark.usefixtures("_back_to_start")

# Enough steps that a signal comes long before the last one.
DATA = {"dcgan": "images", "cyclegan": "domains"}
LONGER = ["-S", "train_dcgan.epochs=16", "-S", "train_dcgan.snapshots.count=5"]


def stage_of(trained: Path) -> psutil.Process:
    """The process of the training that DVC runs for this clone."""
    for process in psutil.process_iter(["cmdline", "environ"]):
        command, variables = process.info["cmdline"] or [], process.info["environ"] or {}
        if any(word.startswith("stages.train_") for word in command) and variables.get("DVC_ROOT") == str(trained):
            return process
    raise AssertionError("no training runs")


def lock_of(trained: Path, name: str, stage: str) -> list[dict[str, object]]:
    """The outputs of a stage, with their hashes, at a revision or experiment."""
    with chdir(trained):
        text = show(revision(name), "dvc.lock")
    outs: list[dict[str, object]] = yaml.safe_load(text)["stages"][stage]["outs"]
    return outs


@pytest.mark.parametrize("model", ["dcgan", "cyclegan"])
def test_killed_again_and_again_a_training_ends_in_the_same_bytes(trained: Path, model: str) -> None:
    """kill -9 when a state is there, and while one is written; DVC deletes the outputs, the state restores them."""
    stage = f"train-{model}"
    lock = (trained / "dvc.lock").read_bytes()
    often(trained)
    for moment in ("state", "state.tmp"):
        command = [sys.executable, "-m", f"stages.train_{model}", f"data/packed/{DATA[model]}"]
        begun = begin(trained, *command, DVC_ROOT=str(trained))
        wait_until(lambda: states(trained, moment), begun)  # noqa: B023
        os.killpg(begun.pid, signal.SIGKILL)
        begun.wait()
    output = sh(trained, "dvc", "repro", "-f", "-s", stage)
    assert "resumed at step" in output
    assert (trained / "dvc.lock").read_bytes() == lock
    assert changed(trained) == [" M params.yaml"]
    assert not states(trained)


WAYS = {
    "in the workspace": ["dvc", "exp", "run", *LONGER, "train-dcgan"],
    "in a temporary folder": ["dvc", "exp", "run", "--temp", *LONGER, "-S", "seed=3", "train-dcgan"],
}


@pytest.mark.parametrize("command", WAYS.values(), ids=list(WAYS))
def test_a_killed_experiment_run_again_goes_on(trained: Path, command: list[str]) -> None:
    begun = begin(trained, *command, "-n", "killed")
    wait_until(lambda: states(trained), begun)
    stage_of(trained).kill()
    assert begun.wait() != 0
    assert "resumed at step" in sh(trained, *command, "-n", "killed")
    sh(trained, "git", "checkout", "-q", "-f", "main")
    sh(trained, *command, "-f", "-n", "alone")
    assert lock_of(trained, "killed", "train-dcgan") == lock_of(trained, "alone", "train-dcgan")
    assert lock_of(trained, "killed", "train-dcgan") != lock_of(trained, "main", "train-dcgan")
    with chdir(trained):
        card = json.loads(show(revision("killed"), "reports/dcgan/run.json"))
    last = next(out for out in lock_of(trained, "killed", "train-dcgan") if out["path"] == card["checkpoint"]["path"])
    assert card["checkpoint"]["md5"] == last["md5"]
    assert "with the changes of experiment killed" in card["revision"]
    sh(trained, "dvc", "exp", "remove", "killed", "alone")


def test_a_killed_experiment_queued_again_goes_on(trained: Path) -> None:
    command = ["dvc", "exp", "run", *LONGER, "-S", "seed=4"]

    def queued(name: str) -> None:
        sh(trained, *command, "--queue", "-n", name, "train-dcgan")
        assert begin(trained, "dvc", "queue", "start").wait() == 0  # its worker keeps a pipe open, and `sh` would wait

    def ended(how: str) -> bool:
        time.sleep(2)  # each look keeps a core busy for a second
        return how in sh(trained, "dvc", "queue", "status")

    try:
        queued("first")
        wait_until(lambda: states(trained))
        stage_of(trained).kill()
        wait_until(lambda: ended("Failed"))
        queued("second")
        wait_until(lambda: ended("Success"))
        assert "resumed at step" in sh(trained, "dvc", "queue", "logs", "second")
    finally:
        end_queue(trained)
    sh(trained, *command, "-f", "-n", "alone", "train-dcgan")
    assert lock_of(trained, "second", "train-dcgan") == lock_of(trained, "alone", "train-dcgan")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("_heard")
def test_a_signal_saves_and_says_how_to_go_on(trained: Path, number: signal.Signals) -> None:
    """The signal goes to DVC and all its child processes, as a terminal or a scheduler sends it."""
    lock = (trained / "dvc.lock").read_bytes()
    begun = begin(trained, "dvc", "repro", "-f", "-s", "train-cyclegan")
    wait_until(lambda: states(trained), begun)
    training = stage_of(trained)
    os.killpg(begun.pid, number)
    assert begun.wait() != 0
    psutil.wait_procs([training], timeout=60)
    assert f"stopped by {number.name} at step" in printed(trained)
    assert "the state is saved: the same command goes on from there" in printed(trained)
    assert "Traceback" not in printed(trained)
    assert (trained / "dvc.lock").read_bytes() == lock
    assert "resumed at step" in sh(trained, "dvc", "repro", "-f", "-s", "train-cyclegan")
    assert (trained / "dvc.lock").read_bytes() == lock


@pytest.mark.parametrize(
    ("file", "old", "new", "name"),
    [
        ("params.yaml", "lr: 0.0008", "lr: 0.0003", "params.yaml: lr"),
        ("gan/cyclegan/train/recipe.py", "PREVIEW = 8", "PREVIEW = 9", "gan/cyclegan/train"),
    ],
)
def test_an_edit_during_training_is_not_recorded_and_costs_nothing(
    trained: Path, file: str, old: str, new: str, name: str
) -> None:
    lock, text = (trained / "dvc.lock").read_bytes(), (trained / file).read_text()
    begun = begin(trained, "dvc", "repro", "-f", "-s", "train-cyclegan")
    wait_until(lambda: states(trained), begun)
    (trained / file).write_text(text.replace(old, new))
    assert begun.wait() != 0
    assert f"changed while it ran: {name}. Nothing is recorded" in printed(trained)
    assert (trained / "dvc.lock").read_bytes() == lock
    (trained / file).write_text(text)
    assert "resumed at step 120 of 120" in sh(trained, "dvc", "repro", "-f", "-s", "train-cyclegan")
    assert (trained / "dvc.lock").read_bytes() == lock
