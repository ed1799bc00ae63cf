"""What a stage does first: note what it begins from, before any code is imported that its result depends on.

Imports take seconds. An edit meanwhile would run, or not, and DVC would record it either way.
"""

import re
import signal
import sys
from collections.abc import Callable
from types import TracebackType

from gan.run.errors import GanError, clean_exit
from gan.run.fingerprint import TAKEN, fingerprint, stages
from gan.run.signals import handle


def begin(check: Callable[[], object]) -> None:
    """Take the fingerprint of the stage that `python -m stages.<name>` starts; elsewhere do nothing.

    A params.yaml or dvc.yaml that cannot be read ends in one line and status 1.

    Args:
        check: raises what is wrong with params.yaml, all mistakes at once.
    """
    script = _script()
    if script is None:
        return
    handle(signal.SIGTERM, signal.default_int_handler)
    sys.excepthook = _without_trace
    with clean_exit():
        try:
            if name := _name(script, sys.argv[1:]):
                TAKEN[name] = fingerprint(name)
        except Exception:
            check()
            raise


def _script() -> str | None:
    """The module of `stages` that Python was started with, while it looks for it."""
    if sys.argv[:1] != ["-m"]:  # so it is until the module is found
        return None
    found = re.fullmatch(r"(?:-\w*m)?stages\.(\w+)", sys.orig_argv[-len(sys.argv)])
    return found[1] if found else None


def _name(script: str, arguments: list[str]) -> str | None:
    """The stage, or None where dvc.yaml has none of this script."""
    name = script.replace("_", "-")
    listed = stages()
    if name not in listed:
        return None
    keys = listed[name].get("foreach")
    if keys is None:
        return name
    if arguments[:1] and arguments[0] in keys:
        return f"{name}@{arguments[0]}"
    raise GanError(f"`python -m stages.{script}` needs one of {', '.join(keys)} behind it")


def _without_trace(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """An interrupt while code is imported is no error."""
    if issubclass(kind, KeyboardInterrupt):
        print("error: interrupted before it began", file=sys.stderr, flush=True)
    else:
        sys.__excepthook__(kind, error, trace)
