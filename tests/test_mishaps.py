"""Full disks, NaN, too little memory, missing packages: a one-line error, and the state saved before is complete."""

import subprocess
import sys
from pathlib import Path

import pytest

from gan.training import statefile
from tests.project import sh, states

APART = ["unshare", "--map-root-user", "--mount"]  # mounts that no other process sees
pytestmark = pytest.mark.usefixtures("_back_to_start")


def small_disk(trained: Path, script: str) -> str:
    """Run a shell script in the clone with a small file system of its own over .state."""
    if subprocess.run([*APART, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no mounts of one's own; tests/test_files.py has a quota instead")
    mount = f"mount -t tmpfs -o size=900k none .state\n{script}"
    return sh(trained, *APART, "sh", "-ec", mount, DVC_ROOT=str(trained))


def test_a_full_disk_is_one_line_and_the_state_before_it_goes_on(trained: Path) -> None:
    train = "python -m stages.train_cyclegan data/packed/domains"
    output = small_disk(
        trained,
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


def test_a_disk_that_may_not_be_written_is_one_line(trained: Path) -> None:
    output = small_disk(trained, "mount -o remount,ro .state\n! python -m stages.train_dcgan data/packed/images")
    assert output.startswith("error: Read-only file system: ")
    assert len(output.splitlines()) == 1


def test_numbers_that_are_none_stop_the_run_and_keep_the_last_good_state(trained: Path) -> None:
    """The learning rate is so high that the weights overflow after some steps."""
    settings = ["-S", "train_cyclegan.lr_factor=1e15", "-S", "save_every_seconds=0.0001"]
    output = sh(trained, "dvc", "exp", "run", *settings, "train-cyclegan", status=255)
    errors = [line for line in output.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "at step 2; the last good state is kept" in errors[0]
    (state,) = states(trained)
    saved = statefile.load(state.parent)
    assert saved is not None
    assert saved["run"]["step"] == 1


def test_too_little_memory_is_one_line_that_says_what_to_lower(trained: Path) -> None:
    """The first layer would take terabytes."""
    output = sh(trained, "dvc", "exp", "run", "-S", "train_dcgan.generator.width=100000000", "train-dcgan", status=255)
    errors = [line for line in output.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert errors[0].startswith("error: train-dcgan: out of memory (")
    assert "lower train_dcgan.batch_size, train_dcgan.generator.width, train_dcgan.discriminator.width" in errors[0]
    assert errors[0].endswith("; nothing was saved yet")
    assert "Traceback" not in output


def test_a_python_without_the_packages_is_one_line(trained: Path) -> None:
    """`-S` hides the environment's packages, as if another Python came first on the path."""
    output = sh(trained, sys.executable, "-S", "-m", "stages.train_dcgan", "data/packed/images", status=1)
    assert output.startswith(f"error: {sys.executable} lacks ")
    assert len(output.splitlines()) == 1
