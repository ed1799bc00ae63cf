"""Treat SIGTERM, Ctrl-C and a closed terminal as a request to finish the step, save and exit."""

import signal
from types import FrameType, TracebackType
from typing import Self

from gan.run.signals import Handler, handle

# SIGHUP, of a closed terminal or a lost connection, is unknown to Windows.
SIGNALS = [signal.SIGTERM, signal.SIGINT, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]


class Interrupts:
    """Remember the first signal while the block runs; a second Ctrl-C exits at once, as usual.

    Signals that were ignored stay ignored.
    """

    def __init__(self) -> None:
        self.received: str | None = None
        self._before: dict[int, Handler] = {}

    def __enter__(self) -> Self:
        for number in SIGNALS:
            self._before[number] = handle(number, self._remember)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            handle(number, handler)

    def _remember(self, number: int, _frame: FrameType | None) -> None:
        self.received = signal.Signals(number).name
        handle(signal.SIGINT, signal.default_int_handler)
