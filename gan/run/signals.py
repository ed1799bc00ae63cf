"""Signals, as whoever started this process wants them."""

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

Handler = Callable[[int, FrameType | None], Any] | int | None


def handle(number: int, handler: Handler) -> Handler:
    """Handle a signal from now on; one that was ignored, as `nohup` does with SIGHUP, stays ignored.

    Returns:
        What handled it before.
    """
    before = signal.getsignal(number)
    if before is not signal.SIG_IGN:
        signal.signal(number, handler)
    return before
