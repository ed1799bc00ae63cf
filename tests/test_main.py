"""`python -m gan`, run by a shell."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from gan.__main__ import main
from tests.project import sh
from tests.test_describe import dataset, noise
from tests.tiny import ROOT


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    """`| head` closes the pipe early; `true` closes it before the first line comes."""
    command = f"{shlex.quote(sys.executable)} -m gan --help | true"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_a_tilde_that_the_shell_left_is_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    dataset(tmp_path / "d", train=noise(4, 0), test=noise(3, 1))
    monkeypatch.setattr(sys, "argv", ["gan", "data", "describe", "~/d", "--out=~/sheets"])
    main()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d", "sheets"]


PROBE = """
import atexit, sys
from gan.__main__ import main
heavy = ("torchvision", "matplotlib", "scipy.stats", "tensorboard", "dvc")
atexit.register(lambda: print([name for name in heavy if name in sys.modules]))
main()
"""


def test_a_command_waits_for_no_package_that_it_does_not_use() -> None:
    printed = sh(ROOT, sys.executable, "-c", PROBE, "leaderboard", "--help")
    assert "[--html [FILE]]" in printed
    assert printed.splitlines()[-1] == "[]"
