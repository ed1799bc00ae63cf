"""Python loads this file at its start if this folder is on PYTHONPATH: it logs what stages open, and refuses networks.

Files that Rust opens (safetensors) are not seen.
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
