"""Processes that share images end together: killed, interrupted, or left alone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest

from gan.run.errors import RankError
from gan.run.sharing import shared
from tests.project import environment
from tests.test_sharing import ALL, by_two
from tests.tiny import ROOT


def started(folder: Path, program: str) -> "subprocess.Popen[str]":
    """Run a program in a folder, in a session of its own."""
    (folder / "program.py").write_text(program)
    command, env = [sys.executable, "program.py"], environment() | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=folder, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True)


def busy_or_killed(rows: list[int]) -> Iterator[int]:
    if 0 in rows:
        time.sleep(120)
    os.kill(os.getpid(), signal.SIGKILL)
    yield 0


def test_a_killed_process_does_not_leave_the_rest_waiting_for_one_that_is_busy() -> None:
    began = time.monotonic()
    with pytest.raises(RankError), by_two():
        list(shared(busy_or_killed, 1, ALL))
    assert time.monotonic() - began < 60


HALF = """
from gan.run import sharing
from tests.test_sharing import by_two
from tests.test_sharing_ends import half_sent

if __name__ == "__main__":
    sharing.LOST = 0.5
    with by_two():
        list(sharing.shared(half_sent, 1, [0]))
"""


def half_sent(rows: list[int]) -> Iterator[int]:
    """Ends this process while it sends the result."""

    def send(connection: Connection, content: bytes) -> None:
        os.write(connection.fileno(), content[:2])
        os.kill(os.getpid(), signal.SIGKILL)

    Connection._send = send  # type: ignore[attr-defined]
    yield 0


def test_a_process_that_is_killed_while_it_sends_leaves_nobody_waiting(tmp_path: Path) -> None:
    """Python's pool waits for the other half for ever."""
    begun = started(tmp_path, HALF)
    first, *others = begun.communicate(timeout=60)[1].splitlines()
    assert first.startswith("error: one of the 2 processes that share the images has ended")
    assert "Traceback" not in "".join(others)  # Python says which semaphores it tidied up
    assert begun.returncode == 1


SLOW = """
import time, torch
from gan.run.sharing import shared
from tests.test_sharing import by_two

def slow(rows):
    open(f"begun-{__import__('os').getpid()}", "w").close()
    time.sleep(1000)
    yield 0

if __name__ == "__main__":
    with by_two():
        list(shared(slow, 1, list(range(100))))
"""


def test_all_end_with_the_one_that_has_started_them(tmp_path: Path) -> None:
    begun = started(tmp_path, SLOW)
    while len(found := [*tmp_path.glob("begun-*")]) < 2:
        assert begun.poll() is None
    begun.kill()
    begun.communicate(timeout=60)  # until no process holds its output any more
    others = [int(path.name.partition("-")[2]) for path in found]
    psutil.wait_procs([psutil.Process(one) for one in others if psutil.pid_exists(one)], timeout=60)
    assert not any(psutil.pid_exists(one) for one in others)


STARTING = """
import os, time
from gan.run.sharing import shared
from gan.run.errors import clean_exit
from tests.test_sharing import by_two

if __name__ == "__main__":
    with clean_exit(), by_two():
        list(shared(iter, 1, list(range(100))))
open(f"begun-{os.getpid()}", "w").close()
time.sleep(120)
"""


@pytest.mark.usefixtures("_heard")
def test_ctrl_c_while_processes_start_is_said_in_one_line(tmp_path: Path) -> None:
    """A terminal sends it to all of them. They import for seconds before any code of ours can turn it off."""
    begun = started(tmp_path, STARTING)
    while not [*tmp_path.glob("begun-*")]:
        assert begun.poll() is None
    os.killpg(begun.pid, signal.SIGINT)
    assert begun.communicate(timeout=60)[1] == "error: interrupted\n"
    assert begun.returncode == 1
