"""A signal is remembered, not raised, and the handlers are restored."""

import os
import signal

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
