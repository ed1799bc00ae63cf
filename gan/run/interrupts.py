"""Treat SIGTERM, Ctrl-C, a closed terminal and the end of DVC as a request to finish the step, save and exit."""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

from gan.run.signals import Handler, handle

# SIGHUP, of a closed terminal or a lost connection, is unknown to Windows.
SIGNALS = [signal.SIGTERM, signal.SIGINT, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]


class Interrupts:
    """Remember the first signal while the block runs; a second Ctrl-C exits at once, as usual.

    Signals that were ignored stay ignored. `dvc queue stop --kill`, or a kill of DVC alone, leaves the stage that it
    has started running: nobody would record its result.
    """

    def __init__(self) -> None:
        self._first: str | None = None
        self._dvc = os.getppid() if "DVC_STAGE" in os.environ else None
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

    @property
    def received(self) -> str | None:
        """What asks to stop, such as SIGTERM; None if nothing does."""
        orphaned = self._dvc is not None and os.getppid() != self._dvc
        return self._first or ("the end of DVC" if orphaned else None)

    def _remember(self, number: int, _frame: FrameType | None) -> None:
        self._first = signal.Signals(number).name
        handle(signal.SIGINT, signal.default_int_handler)


def interruptible(work: Callable[[], object]) -> None:
    """Do work that waits in C++, where no signal is heard; Ctrl-C leaves it to a thread that ends with the process."""
    errors: list[BaseException] = []

    def attempt() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(0.1)
    if errors:
        raise errors[0]
