"""A disk that is full while a command writes many files: its message says how to go on."""

import subprocess
import sys
from pathlib import Path

import pytest

from gan.__main__ import main
from gan.run.errors import MEND, clean_exit
from tests.bad_files import photo
from tests.project import sh
from tests.test_mishaps import APART
from tests.tiny import ROOT
from tests.trained import cyclegan, dcgan, saved

FULL = Path("/dev/full")  # takes no byte: what is written there meets a full disk
pytestmark = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """Run a command that fails; its line on stderr, after the progress."""
    sys.argv[1:] = map(str, arguments)
    with pytest.raises(SystemExit), clean_exit():
        main()
    return capsys.readouterr().err.splitlines()[-1]


@pytest.fixture(autouse=True)
def _arguments(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["gan"])


def test_sample_needs_force_only_where_it_has_written_an_image(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(dcgan(), workspace)
    Path("images").mkdir()
    for name in ("images/0002.png", "grid.png"):
        Path(f"{name}.tmp").symlink_to(FULL)
    command = ("sample", path, "--count", "4", "--out")
    assert told(capsys, *command, "grid.png") == f"error: No space left on device: grid.png.tmp; {MEND}"
    line = f"error: No space left on device: images/0002.png.tmp; {MEND}"
    assert told(capsys, *command, "images") == f"{line}, and --force writes over it"
    assert "--force writes over what is there" in told(capsys, *command, "images")
    Path("images/0002.png.tmp").symlink_to(FULL)
    assert told(capsys, *command, "images", "--force") == line, "the same command goes on"


def test_translate_needs_force_where_it_has_written_a_picture(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(cyclegan(), workspace)
    for folder in ("photos", "maps"):
        Path(folder).mkdir()
    for seed, name in enumerate("ab"):
        photo(seed).save(f"photos/{name}.png")
    Path("maps/b.png.tmp").symlink_to(FULL)
    line = told(capsys, "translate", "photos", "maps", path, "--direction", "a2b")
    assert line == f"error: No space left on device: maps/b.png.tmp; {MEND}, and --force writes over it"


def test_export_needs_force_where_the_card_was_written_and_the_weights_were_not(workspace: Path) -> None:
    """On a small file system of its own, as it asks for an empty folder."""
    path = saved(dcgan(), workspace)
    Path("out").mkdir()
    small = [*APART, "sh", "-ec", 'mount -t tmpfs -o size=16k none out; exec "$@"', "sh"]
    if subprocess.run([*small, "true"], cwd=workspace, capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no mounts of one's own")
    command = (sys.executable, "-m", "gan", "export", path, "--to", "safetensors", "--out", "out")
    printed = sh(workspace, *small, *map(str, command), status=1, PYTHONPATH=str(ROOT))
    assert printed.splitlines()[-1].endswith(f".safetensors.tmp; {MEND}, and --force writes over it")
