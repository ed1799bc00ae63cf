"""Python loads this at its start where this folder is on PYTHONPATH: note what stages open, refuse the network.

What Rust opens (safetensors) is not seen.
"""

import os
import socket
import sys
from typing import Any

_log = os.open(os.environ["WATCH_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
_stage = os.environ.get("DVC_STAGE")  # set by DVC for a stage's command


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _stage and isinstance(arguments[0], str | bytes):
        os.write(_log, f"{_stage}\t{os.path.abspath(os.fsdecode(arguments[0]))}\n".encode())  # noqa: PTH100
    elif event == "socket.getaddrinfo" or (event == "socket.connect" and arguments[0].family != socket.AF_UNIX):
        raise PermissionError(f"the default pipeline must not use the network: {event} {arguments[1:]}")


sys.addaudithook(_watch)
