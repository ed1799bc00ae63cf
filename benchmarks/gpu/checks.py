"""Checks and their outcomes. A check that raises is a row that FAILED; the checks after it still run."""

import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

OK, FAILED, LEFT_OUT = "ok", "FAILED", "left out"


@dataclass(frozen=True)
class Found:
    """What a check measured: it passes if `measured` is at most `tolerance`, and always if there is no tolerance."""

    measured: float
    tolerance: float | None = 0.0
    note: str = ""

    @property
    def outcome(self) -> str:
        return OK if self.tolerance is None or self.measured <= self.tolerance else FAILED  # NaN fails


Check = Callable[[], dict[str, Found]]  # what it measures, by name; a check of one thing calls it ''


class Clock:
    """Time since the start, and what is left of it.

    Args:
        minutes: after which nothing more is begun.
    """

    def __init__(self, minutes: float) -> None:
        self.began, self.limit = time.monotonic(), minutes * 60
        self.longest: dict[str, float] = {}  # kind of work → seconds of the longest so far

    def passed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.began

    def fits(self, kind: str) -> bool:
        """Whether work of this kind still fits, if it takes as long as the longest so far."""
        return self.passed() + self.longest.get(kind, 0.0) < self.limit

    def note(self, kind: str, seconds: float) -> None:
        self.longest[kind] = max(self.longest.get(kind, 0.0), seconds)


def attempted(kind: str, name: str, work: Callable[[], list[dict[str, Any]]], clock: Clock) -> Iterator[dict[str, Any]]:
    """The rows of one piece of work, each with `name`, `outcome`, `note` and `seconds`, as they are in the JSON.

    Work that no longer fits is left out; work that raises gives one row that FAILED, and its traceback on stderr.
    """
    if not clock.fits(kind):
        yield {"name": name, "outcome": LEFT_OUT, "note": "out of time"}
        return
    began = time.monotonic()
    try:
        rows = work()
    except Exception as error:  # whatever it is, the other rows are still wanted
        traceback.print_exc(file=sys.stderr)
        rows = [{"outcome": FAILED, "note": _last_line(error)}]
    seconds = time.monotonic() - began
    clock.note(kind, seconds)
    for row in rows:
        yield {"name": name, "seconds": round(seconds, 2)} | row


def rows_of(checks: dict[str, Check], clock: Clock) -> Iterator[dict[str, Any]]:
    """A row for each thing that each check measured."""
    for name, check in checks.items():

        def work(name: str = name, check: Check = check) -> list[dict[str, Any]]:
            found = check()
            return [
                {"name": f"{name}, {part}" if part else name, "outcome": one.outcome} | asdict(one)
                for part, one in found.items()
            ]

        yield from attempted("check", name, work, clock)


def _last_line(error: Exception) -> str:
    lines = traceback.format_exception_only(error)[-1].strip().splitlines()
    return lines[-1] if len(lines) == 1 else f"{type(error).__name__}: {lines[-1]}"
