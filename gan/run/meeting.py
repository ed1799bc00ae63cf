"""Where ranks that were started by hand or by another program meet: a place that cannot be is refused at once.

Torch would wait there for minutes, or end with a stack trace.
"""

import errno
import os
import socket
import time
from typing import Any

from gan.run.errors import ParamsError
from gan.run.names import COUNT, LED, MEET, RANK

PATIENCE = 20.0  # seconds in which a name may become known, as that of a machine that has just started
INTERFACE = "GLOO_SOCKET_IFNAME"  # through which gloo, which ranks on CPUs use, reaches the others
AGENT = "TORCHELASTIC_USE_AGENT_STORE"  # `True` where torchrun itself waits for the ranks, and not the first of them


def refuse_no_place() -> None:
    """Refuse an address at which this rank can never meet the others.

    Raises:
        ParamsError: the port or the interface is none, nobody knows the address, or the first rank cannot wait there.
    """
    address, port = (os.environ.get(name, "") for name in MEET)
    started = RANK in os.environ and LED not in os.environ and os.environ.get(COUNT, "1") != "1"
    if not (started and address and port):
        return  # `gan/training/together.py` names what is missing
    if not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise ParamsError(f"{MEET[1]} is {port!r}, not a number from 1 to 65535; give all ranks the same free port")
    there = {name for _, name in socket.if_nameindex()}
    if absent := [name for name in os.environ.get(INTERFACE, "").split(",") if name and name not in there]:
        raise ParamsError(f"{INTERFACE} is {absent[0]!r}, but this machine has {', '.join(sorted(there))}; set one")
    found = _found(address, int(port))
    if os.environ[RANK] == "0" and os.environ.get(AGENT) != "True":
        _refuse_to_wait(found)


def _found(address: str, port: int) -> list[tuple[Any, ...]]:
    """What the name of the address stands for, as `socket.getaddrinfo` tells it."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return list(socket.getaddrinfo(address, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            if time.monotonic() > until:
                why = getattr(error, "strerror", None) or error
                raise ParamsError(
                    f"{MEET[0]} is {address!r}, which is unknown on this machine ({why}); set it to a name or number "
                    "by which this machine reaches that of rank 0"
                ) from error
            time.sleep(0.5)


def _refuse_to_wait(found: list[tuple[Any, ...]]) -> None:
    """Refuse a place at which this process, the first rank, cannot listen."""
    for family, kind, protocol, _, where in found:
        try:
            with socket.socket(family, kind, protocol) as own:
                own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                own.bind(where)
            return
        except OSError as error:
            last = error
    address, port = (os.environ[name] for name in MEET)
    if last.errno == errno.EADDRNOTAVAIL:
        raise ParamsError(f"{MEET[0]} is {address!r}, no address of this machine, where rank 0 runs; set it to one")
    raise ParamsError(f"{MEET[1]} is {port}, but rank 0 cannot wait there ({last.strerror}); give all ranks another")
