"""`python -m gan`: small commands for what DVC cannot do."""

import argparse
import io
import os
import sys
from importlib import import_module

from gan.run.errors import clean_exit

COMMANDS = ("data", "compare", "leaderboard", "study", "verify", "watch")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gan", description="What DVC cannot do, one small command each.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    named = [name for name in sys.argv[1:2] if name in COMMANDS]
    for name in named or COMMANDS:  # only the named one, as their imports take seconds
        import_module(f"gan.commands.{name}").add(commands)
    given = parser.parse_args()
    given.run(given)


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks × or ± is no reason to fail
    try:
        with clean_exit():
            main()
            sys.stdout.flush()
    except BrokenPipeError:  # the reader closed the pipe, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
