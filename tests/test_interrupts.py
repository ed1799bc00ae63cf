"""A signal is remembered, not raised, and the handlers are restored."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gan.run.interrupts import Interrupts

pytestmark = pytest.mark.usefixtures("_heard")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_block_goes_on_and_knows(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with Interrupts() as interrupts:
        assert interrupts.received is None
        os.kill(os.getpid(), number)
        assert interrupts.received == number.name
    assert signal.getsignal(number) is before


def test_a_second_ctrl_c_leaves_at_once() -> None:
    with Interrupts() as interrupts:
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupts.received
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


STAGE = """
import sys, time
from pathlib import Path
from gan.run.interrupts import Interrupts
with Interrupts() as interrupts:
    Path("begun").touch()
    while not interrupts.received:
        time.sleep(0.01)
Path("said.part").write_text(interrupts.received)
Path("said.part").rename("said")
"""
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {STAGE!r}])"


@pytest.mark.parametrize("variables", [{"DVC_STAGE": "train-dcgan"}, {}])
def test_a_stage_ends_with_the_dvc_that_started_it(tmp_path: Path, variables: dict[str, str]) -> None:
    """And not with a shell that started it without DVC, as by nohup."""
    kept = {name: value for name, value in os.environ.items() if name != "DVC_STAGE"}
    kept |= {"PYTHONPATH": str(Path(__file__).parents[1])}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=tmp_path, env=kept | variables, start_new_session=True
    )
    while not (tmp_path / "begun").exists():
        time.sleep(0.01)
    parent.kill()
    parent.wait()
    until = time.monotonic() + (20 if variables else 0.5)
    while not (tmp_path / "said").exists() and time.monotonic() < until:
        time.sleep(0.01)
    said = (tmp_path / "said").read_text() if (tmp_path / "said").exists() else None
    os.killpg(parent.pid, signal.SIGKILL) if said is None else None
    assert said == ("the end of DVC" if variables else None)
