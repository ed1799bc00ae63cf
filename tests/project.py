"""Make a repository of the project, as a user has one, and run commands in it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests import tiny
from tests.tiny import ROOT

BEGUN: "list[subprocess.Popen[bytes]]" = []
LOGS: dict[int, Path] = {}  # process → what it prints
BIN = Path(sys.executable).parent


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DVC", "GIT"))}
    kept["OMP_NUM_THREADS"] = "1"  # tiny networks gain nothing from more threads, and tests run side by side
    return kept | {"PATH": f"{BIN}{os.pathsep}{kept['PATH']}", "GIT_CONFIG_GLOBAL": os.devnull, "DVC_NO_ANALYTICS": "1"}


def sh(folder: Path, *command: str, status: int = 0, **variables: str) -> str:
    """Run a command; returns its stdout and stderr together."""
    env = environment() | variables
    done = subprocess.run(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == status, f"{done.returncode}: {done.stdout}"
    return done.stdout


def commit(folder: Path, message: str) -> None:
    sh(folder, "git", "add", "-A")
    sh(folder, "git", "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "-qm", message)


def fresh_clone(folder: Path) -> Path:
    """Copy the files that git would commit into a new repository, with tiny params."""
    files = sh(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in files:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    tiny.write(folder / "params.yaml")
    sh(folder, "git", "init", "-q", "-b", "main")
    commit(folder, "start")
    return folder


def changed(folder: Path) -> list[str]:
    """Files that git would commit, except for run cards, which name the commit that a run started from."""
    lines = sh(folder, "git", "status", "--short").splitlines()
    return [line for line in lines if Path(line.split()[-1]).name != "run.json"]


def begin(folder: Path, *command: str, **variables: str) -> "subprocess.Popen[bytes]":
    """Start a command in its own process group, as a terminal does; `printed` returns its output."""
    with _log(folder).open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment() | variables,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    BEGUN.append(process)
    LOGS[process.pid] = _log(folder)
    return process


def at(moment: str, action: str, inside: str = "") -> dict[str, str]:
    """Environment variables that make a command run an action at a moment; see tests/moments/sitecustomize.py."""
    return {"PYTHONPATH": str(ROOT / "tests" / "moments"), "MOMENT": moment, "ACTION": action, "INSIDE": inside}


def replacing(file: str, old: str, new: str) -> str:
    """An action that replaces text in a file."""
    return f"import pathlib; p = pathlib.Path({file!r}); p.write_text(p.read_text().replace({old!r}, {new!r}))"


# An action that kills DVC's own process, as a crash would, while it hashes a file that the stage has just made. Where
# DVC tries whether it can clone blocks of a file, it opens one that does not exist yet; which one is left to chance.
KILL_WHILE_HASHING = (
    "import os\nif os.path.exists(subject) and os.path.getmtime(subject) > began: os.kill(os.getpid(), 9)"
)


def end_all() -> None:
    """Kill every process that `begin` started and that still runs, with its child processes."""
    while BEGUN:
        with BEGUN.pop() as process, suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def end_queue(folder: Path) -> None:
    """End the workers of DVC's queue, and empty it. A stop that no worker hears would end the next one."""
    if "0 active, 0 idle" not in sh(folder, "dvc", "queue", "status"):
        sh(folder, "dvc", "queue", "stop", "--kill")
    sh(folder, "dvc", "queue", "remove", "--all")


def printed(folder: Path) -> str:
    """What the command that `begin` started last has printed so far."""
    return _log(folder).read_text()


def _log(folder: Path) -> Path:
    return folder / ".git" / "begun.log"


def wait_until(true: Callable[[], object], process: "subprocess.Popen[bytes] | None" = None) -> None:
    """Wait until `true` returns true; fails after 120 s, or when the process ends before."""
    until = time.monotonic() + 120
    while not true():
        assert time.monotonic() < until
        assert process is None or process.poll() is None, f"it ended before: {LOGS[process.pid].read_text()}"
        time.sleep(0.001)


def states(clone: Path, name: str = "state") -> list[Path]:
    """The files of this name in the states of trainings that have not ended."""
    return [path for path in (clone / ".state").glob(f"train-*/{name}") if not path.with_name("finished.json").exists()]


def often(clone: Path) -> None:
    """Save the state after every step, which does not change the result."""
    path = clone / "params.yaml"
    path.write_text(path.read_text().replace("save_every_seconds: 60.0", "save_every_seconds: 0.0001"))
