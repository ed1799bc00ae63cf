"""How the arguments of all commands are parsed."""

import argparse
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any


def above_zero(text: str) -> float:
    """A number above 0, also `inf`; NaN, which no number is larger than, would be no limit."""
    with suppress(ValueError):
        if (number := float(text)) > 0:
            return number
    raise argparse.ArgumentTypeError(f"{text}: it must be a number above 0")


def at_least(least: int) -> Callable[[str], int]:
    """What reads a whole number that is not below `least`."""

    def whole(text: str) -> int:
        with suppress(ValueError):
            if (number := int(text)) >= least:
                return number
        raise argparse.ArgumentTypeError(f"{text}: it must be a whole number of at least {least}")

    return whole


def port(least: int) -> Callable[[str], int]:
    """What reads the port of a page that is not below `least`; 0 is a free one."""

    def number(text: str) -> int:
        if (found := at_least(least)(text)) < 2**16:
            return found
        raise argparse.ArgumentTypeError(f"{text}: it must be a port, at most 65535")

    return number


class Parser(argparse.ArgumentParser):
    """Takes an optional positional argument after an option too, as the REV in `INPUT OUTPUT --direction a2b REV`.

    Before Python 3.12.7, argparse has decided by then that there is none.
    """

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[Any, list[str]]:
        found, left = super().parse_known_args(args, namespace)
        for action in self._actions:
            unset = getattr(found, action.dest, None) == action.default
            if not action.option_strings and action.nargs == "?" and unset and left and not left[0].startswith("-"):
                setattr(found, action.dest, left.pop(0))
        return found, left
