"""Signal handlers that respect the signals which the parent process ignores."""

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

Handler = Callable[[int, FrameType | None], Any] | int | None


def handle(number: int, handler: Handler) -> Handler:
    """Install a handler, unless the signal is ignored, as SIGHUP is under `nohup`.

    Returns:
        The handler before.
    """
    before = signal.getsignal(number)
    if before is not signal.SIG_IGN:
        signal.signal(number, handler)
    return before
