"""Python loads this file at its start if this folder is on PYTHONPATH: it runs an action at a moment of a process.

MOMENT: audit events, and the end of their subject, such as `import gan.params.schema` or `open|os.truncate .npy`.
ACTION: lines of Python, run at each such event; they can use `event`, `subject`, `details`, and `began`, the time at
which this process started.
INSIDE: `stage` for processes that DVC started as a stage's command, `dvc` for DVC's own; every process if not set.
"""

import os
import sys
import time
from typing import Any

_events, _, _end = os.environ["MOMENT"].partition(" ")
_began = time.time()
# Compiled: where an interrupt leaves an `exec` of text, Python ends by SIGINT, whatever caught it.
_action = compile(os.environ["ACTION"], "ACTION", "exec")
_busy = False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    global _busy
    if event in _events.split("|") and not _busy and str(arguments[0]).endswith(_end):
        _busy = True  # events of the action itself do not count
        known = {"event": event, "subject": arguments[0], "details": arguments[1:], "began": _began}
        try:
            exec(_action, known)  # noqa: S102 - the test's own lines
        finally:
            _busy = False


if os.environ.get("INSIDE", "") in ("", "stage" if "DVC_STAGE" in os.environ else "dvc"):
    sys.addaudithook(_watch)
