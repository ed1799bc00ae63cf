"""The first thing that a stage does: hash its inputs, before it imports the code that its result depends on.

Imports take seconds. An edit meanwhile may or may not take effect in the run, but DVC would record it either way.
"""

import os
import re
import shlex
import signal
import sys
from collections.abc import Callable
from types import TracebackType

from gan.run.errors import GanError, clean_exit
from gan.run.fingerprint import TAKEN, entry, fingerprint, stages
from gan.run.meeting import refuse_no_place
from gan.run.names import LED, TRAIN
from gan.run.signals import handle


def begin(check: Callable[[], object]) -> None:
    """Take the fingerprint of the stage that `python -m stages.<name>` starts; elsewhere do nothing.

    If params.yaml or dvc.yaml cannot be read, or a rank cannot meet the others, the process ends with one line
    and status 1.

    Args:
        check: raises what is wrong with params.yaml, all mistakes at once.
    """
    script = _script()
    if script is None:
        return
    handle(signal.SIGTERM, signal.default_int_handler)
    sys.excepthook = _without_trace
    if LED in os.environ:
        return  # the first rank of a training, which has started this one in the same folder, checks the inputs
    with clean_exit():
        try:
            if name := _name(script, sys.argv[1:]):
                _refuse_other_arguments(name, sys.argv[1:])
                TAKEN[name] = fingerprint(name)
                if name.startswith(TRAIN):
                    refuse_no_place()
        except Exception:
            check()
            raise


def _script() -> str | None:
    """The script of `python -m stages.<script>`, as long as Python is still looking for the module; else None."""
    if sys.argv[:1] != ["-m"]:  # it is `-m` until Python has found the module
        return None
    found = re.fullmatch(r"(?:-\w*m)?stages\.(\w+)", sys.orig_argv[-len(sys.argv)])
    return found[1] if found else None


def _name(script: str, arguments: list[str]) -> str | None:
    """The stage that runs this script, or None if dvc.yaml has none.

    Raises:
        GanError: dvc.yaml has a stage of this script for each of several models, and the arguments name none of them.
    """
    name = script.replace("_", "-")
    listed = stages()
    if name not in listed:
        return None
    keys = listed[name].get("foreach")
    if keys is None:
        return name
    if arguments[:1] and arguments[0] in keys:
        return f"{name}@{arguments[0]}"
    raise GanError(f"`python -m stages.{script}` needs the name of a model: {' or '.join(keys)}")


def _refuse_other_arguments(stage: str, arguments: list[str]) -> None:
    """Refuse to start a stage by hand with other arguments than those of its command in dvc.yaml.

    Raises:
        GanError: gives the command.
    """
    command = shlex.split(entry(stage)["cmd"])
    if arguments != command[3:]:  # without `python -m stages.<script>`
        raise GanError(f"{stage} has other arguments in dvc.yaml; run `dvc repro {stage}`, or `{shlex.join(command)}`")


def _without_trace(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Replacement of `sys.excepthook`: an interrupt while code is imported prints one line and no stack trace."""
    if issubclass(kind, KeyboardInterrupt):
        print("error: interrupted before it began", file=sys.stderr, flush=True)
    else:
        sys.__excepthook__(kind, error, trace)
