"""A kill while DVC hashes and caches outputs costs seconds; an edit while a stage imports its code is noticed."""

import hashlib
import re
import signal
import sys
from pathlib import Path

import pytest

from tests.project import KILL_WHILE_HASHING, at, begin, printed, replacing, sh, states

pytestmark = pytest.mark.usefixtures("_back_to_start")

ENDED = "it had finished, but DVC had not recorded it: writing its outputs again"
RESUMED = re.compile(r"resumed at step (\d+) of \1\b")


def killed(trained: Path, *command: str, file: str = "losses.csv") -> None:
    """Run a DVC command that is killed when it hashes a file that a stage has just made."""
    lock = (trained / "dvc.lock").read_bytes()
    begun = begin(trained, *command, **at(f"open {file}", KILL_WHILE_HASHING, "dvc"))
    assert begun.wait() == -signal.SIGKILL, printed(trained)
    assert (trained / "dvc.lock").read_bytes() == lock


def edit(trained: Path, old: str, new: str) -> None:
    text = (trained / "params.yaml").read_text()
    assert text.count(old) == 1
    (trained / "params.yaml").write_text(text.replace(old, new))


def test_a_kill_while_dvc_hashes_costs_no_training(trained: Path) -> None:
    """Nor does a second kill. Then DVC records the training, and a forced run trains again each time."""
    command = ["dvc", "repro", "-s", "train-dcgan"]
    edit(trained, "lr: 0.0008", "lr: 0.0003")
    killed(trained, *command)
    killed(trained, *command)
    output = sh(trained, *command)
    assert ENDED in output
    assert RESUMED.search(output)
    lock = (trained / "dvc.lock").read_bytes()
    for _ in range(2):
        assert "resumed" not in sh(trained, *command, "-f")
    assert (trained / "dvc.lock").read_bytes() == lock
    sh(trained, "dvc", "repro", "-f", "-s", "reference@dcgan")
    assert not list((trained / ".state").iterdir())


def test_a_killed_experiment_in_a_temporary_folder_costs_no_training(trained: Path) -> None:
    """Only the experiment's commit holds its dvc.lock."""
    command = ["dvc", "exp", "run", "--temp", "-S", "lr=0.0006", "-n", "window"]
    killed(trained, *command, "train-dcgan")
    output = sh(trained, *command, "train-dcgan")
    assert ENDED in output
    assert RESUMED.search(output)
    assert "resumed" not in sh(trained, *command, "-f", "train-dcgan")
    sh(trained, "dvc", "exp", "remove", "window")


def test_a_kill_while_dvc_writes_its_lock_leaves_the_cache_alone(trained: Path) -> None:
    """With hard links, the state and DVC's cache share the packed files, so opening one to write is refused here."""
    sh(trained, "dvc", "config", "cache.type", "hardlink")
    edit(trained, "limit: 120", "limit: 110")
    command = ["dvc", "repro", "--no-run-cache", "-s", "prepare-data@dcgan"]
    die = "import os\nif 'w' in (details[0] or ''): os.kill(os.getpid(), 9)"
    begun = begin(trained, *command, **at("open dvc.lock", die, "dvc"))
    assert begun.wait() == -signal.SIGKILL, printed(trained)
    (packed,) = trained.glob(".state/prepare-data@dcgan-*/packing/train-00000.npy")
    content = packed.read_bytes()
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    assert (trained / ".dvc" / "cache" / "files" / "md5" / md5[:2] / md5[2:]).samefile(packed)
    refuse = "if event != 'open' or set('wa+') & set(details[0] or ''): raise PermissionError(13, 'denied', subject)"
    assert ENDED in sh(trained, *command, status=0, **at("open|os.truncate .npy", refuse, "stage"))
    assert packed.read_bytes() == content


def test_sigterm_while_the_outputs_are_written_says_that_nothing_is_lost(trained: Path) -> None:
    command = [sys.executable, "-m", "stages.train_dcgan", "data/packed/images"]
    edit(trained, "lr: 0.0008", "lr: 0.0005")
    action = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    output = sh(trained, *command, status=1, DVC_ROOT=str(trained), **at("open losses.csv", action))
    errors = [line for line in output.splitlines() if line.startswith("error: ")]
    assert errors == [
        "error: train-dcgan: interrupted; its work had ended and is kept: the same command ends in seconds"
    ]
    assert "Traceback" not in output
    assert RESUMED.search(sh(trained, *command, DVC_ROOT=str(trained)))


@pytest.mark.parametrize(
    ("file", "old", "new", "name"),
    [
        ("params.yaml", "lr: 0.0008", "lr: 0.0003", "params.yaml: lr"),
        ("gan/dcgan/train/recipe.py", "import torch\n", "import torch  # edited\n", "gan/dcgan/train"),
    ],
)
def test_an_edit_while_code_is_imported_is_not_recorded(
    trained: Path, file: str, old: str, new: str, name: str
) -> None:
    lock = (trained / "dvc.lock").read_bytes()
    edited = at("import gan.params.schema", replacing(file, old, new), "stage")
    output = sh(trained, "dvc", "repro", "-f", "-s", "train-dcgan", status=255, **edited)
    assert f"changed while it ran: {name}. Nothing is recorded" in output
    assert (trained / "dvc.lock").read_bytes() == lock
    assert not states(trained)
