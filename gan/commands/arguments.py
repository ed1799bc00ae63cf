"""How the arguments of all commands are parsed."""

import argparse
from collections.abc import Sequence
from typing import Any


class Intermixed(argparse.ArgumentParser):
    """Takes an optional positional argument after an option too, as the REV in `INPUT OUTPUT --direction a2b REV`.

    Before Python 3.12.7, argparse does so only in a method of its own, which cannot have subcommands.
    """

    inside = False

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[Any, list[str]]:
        if self.inside or any(action.nargs == argparse.PARSER for action in self._actions):
            return super().parse_known_args(args, namespace)
        self.inside = True  # the method calls this one
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self.inside = False
