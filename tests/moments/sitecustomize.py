"""Python loads this at its start where this folder is on PYTHONPATH: it does something at a moment of a process.

MOMENT: audit events and how their subject ends, such as `import gan.params.schema` or `open|os.truncate .npy`.
ACTION: lines of Python, run each time; they know `event`, `subject`, `details`, and `began`, when this process did.
INSIDE: `stage` for a process that DVC started as a stage's command, `dvc` for DVC's own; any where it is not set.
"""

import os
import sys
import time
from typing import Any

_events, _, _end = os.environ["MOMENT"].partition(" ")
_began = time.time()
_busy = False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    global _busy
    if event in _events.split("|") and not _busy and str(arguments[0]).endswith(_end):
        _busy = True  # what the action itself opens is no moment
        known = {"event": event, "subject": arguments[0], "details": arguments[1:], "began": _began}
        exec(os.environ["ACTION"], known)  # noqa: S102 - the test's own lines
        _busy = False


if os.environ.get("INSIDE", "") in ("", "stage" if "DVC_STAGE" in os.environ else "dvc"):
    sys.addaudithook(_watch)
