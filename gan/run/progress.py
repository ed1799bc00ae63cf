"""Progress of long work: a bar with rate and time left on a terminal, a sparse line elsewhere."""

import sys
import time
from types import TracebackType
from typing import Self

from tqdm import tqdm

LINE_EVERY = 30.0  # seconds between lines if there is no terminal
UNITS = {"s": 1, "min": 60, "h": 3600}  # in seconds


class Progress:
    """Count work done out of `total`, from `start`; use as a context manager.

    Args:
        name: heads the bar or the line.
        unit: what is counted: steps, images.
        quiet: show nothing.
    """

    def __init__(self, name: str, total: int, unit: str, start: int = 0, quiet: bool = False) -> None:
        self.name, self.total, self.unit, self.start, self.done = name, total, unit, start, start
        self.began = self.spoke = time.monotonic()
        self.lines = not quiet and not sys.stderr.isatty()
        hidden = quiet or self.lines
        self.bar = tqdm(total=total, initial=start, desc=name, unit=f" {unit}", disable=hidden, dynamic_ncols=True)

    def advance(self, count: int = 1, note: str = "") -> None:
        """Count `count` more as done; `note` is shown after the bar or the line."""
        self.done += count
        self.bar.update(count)
        if note:
            self.bar.set_postfix_str(note, refresh=not count)
        if self.lines and time.monotonic() - self.spoke > LINE_EVERY:
            self.spoke = time.monotonic()
            self._line(note)

    def say(self, text: str) -> None:
        """Print a separate line without breaking the bar."""
        tqdm.write(f"{self.name}: {text}", file=sys.stderr)

    def _line(self, note: str) -> None:
        rate = (self.done - self.start) / max(time.monotonic() - self.began, 1e-9)
        left = tqdm.format_interval((self.total - self.done) / max(rate, 1e-9))
        self.say(f"{self.done}/{self.total} {self.unit}, {_written(rate)}, {left} left {note}".rstrip())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.close()
        if kind is None and self.lines:
            took = time.monotonic() - self.began
            self.say(f"{self.done} {self.unit} in {took:.0f} s")


def _written(rate: float) -> str:
    """A rate of so many a second, in the shortest of these times in which one or more are done."""
    unit, seconds = next(((unit, seconds) for unit, seconds in UNITS.items() if rate * seconds >= 1), ("h", 3600))
    return f"{rate * seconds:.1f}/{unit}"
