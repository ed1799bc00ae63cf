"""A signal that was ignored when a process started stays ignored, as `nohup` wants it."""

import signal
import sys
from pathlib import Path

import pytest

from tests import tiny
from tests.project import sh

pytestmark = pytest.mark.usefixtures("_heard")

SIGNALS = [signal.SIGHUP, signal.SIGINT, signal.SIGTERM]
OURS = """
import os, signal, sys
from gan.run.errors import clean_exit
from gan.params.schema import load
from gan.run.stage import stage
from gan.run.interrupts import SIGNALS, Interrupts

def send():
    for number in map(int, sys.argv[1:]):
        os.kill(os.getpid(), number)

before = {number: signal.getsignal(number) for number in SIGNALS}
send()
with clean_exit():
    send()
with stage("nap", load):
    send()
    with Interrupts() as interrupts:
        send()
        send()
    send()
assert {number: signal.getsignal(number) for number in SIGNALS} == before
print("went on", interrupts.received)
"""


@pytest.fixture
def project(workspace: Path) -> Path:
    (workspace / "dvc.yaml").write_text("stages: {nap: {cmd: nap}}")
    tiny.write(workspace / "params.yaml")
    return workspace


def ignoring(folder: Path, numbers: list[signal.Signals], *command: str) -> str:
    """Run a command and its child processes with signals ignored, as `nohup` and `&` in a script do."""
    names = " ".join(number.name.removeprefix("SIG") for number in numbers)
    return sh(folder, "sh", "-c", f"trap '' {names}; exec \"$@\"", "sh", *command)


@pytest.mark.parametrize("numbers", [[one] for one in SIGNALS] + [SIGNALS], ids=str)
def test_an_ignored_signal_stays_ignored(project: Path, numbers: list[signal.Signals]) -> None:
    command = [sys.executable, "-c", OURS, *(str(int(number)) for number in numbers)]
    assert ignoring(project, numbers, *command) == "went on None\n"


@pytest.mark.parametrize("ignored", SIGNALS)
@pytest.mark.parametrize("sent", SIGNALS)
def test_the_others_are_heeded_as_ever(project: Path, ignored: signal.Signals, sent: signal.Signals) -> None:
    heard = """
import os, sys
from gan.run.interrupts import Interrupts
with Interrupts() as interrupts:
    os.kill(os.getpid(), int(sys.argv[1]))
print(interrupts.received)
"""
    said = ignoring(project, [ignored], sys.executable, "-c", heard, str(int(sent)))
    assert said == ("None\n" if sent == ignored else f"{sent.name}\n")
