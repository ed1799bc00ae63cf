"""The other ranks of a training on this machine: processes that run this process's command and end with it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Self

from gan.run.errors import RankError
from gan.run.names import COUNT, LED, LOCAL, MEET, RANK

GRACE = 20.0  # seconds in which this process may notice by itself that a follower has died
LOOPBACK = "lo0" if sys.platform == "darwin" else "lo"


class Followers:
    """Ranks 1 … count - 1; this process is rank 0. Use as a context manager, which ends them.

    Should one die, this process ends with an error: `RankError` where it notices at once, by a lost connection; and
    where it waits for what will never come, as it does for a GPU, after GRACE seconds.

    Args:
        stage: heads the message.
        count: of all ranks.
    """

    def __init__(self, stage: str, count: int) -> None:
        self.stage, self.count = stage, count
        self.port = _free_port()
        self.over = threading.Event()
        self.processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        os.environ.setdefault("GLOO_SOCKET_IFNAME", LOOPBACK)  # nobody else can reach the ranks
        shared = dict(zip(MEET, ("127.0.0.1", str(self.port)), strict=True)) | {COUNT: str(self.count), LED: "1"}
        for rank in range(1, self.count):
            own = {RANK: str(rank), LOCAL: str(rank)}
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, *sys.orig_argv[1:]],
                    env=os.environ | shared | own,
                    stdin=subprocess.PIPE,  # it ends when this process does, whatever kills it
                    start_new_session=True,  # Ctrl-C is for this process, which ends the others once it has saved
                )
            )
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        lost = isinstance(error, RankError)
        until = time.monotonic() + (GRACE / 2 if lost or error is None else 0)
        while time.monotonic() < until and not (lost and self.fallen) and self._running():
            time.sleep(0.05)
        self.over.set()
        fallen = self.fallen
        for process in self.processes:
            process.kill()
            process.wait()
        if lost and fallen:
            raise RankError(fallen) from error

    @property
    def fallen(self) -> str:
        """A sentence about the first follower that has failed; empty if there is none."""
        for rank, process in enumerate(self.processes, 1):
            if status := process.poll():
                how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
                return f"{self.stage}: rank {rank} {how}; the same command goes on from the last saved state"
        return ""

    def _running(self) -> bool:
        return any(process.poll() is None for process in self.processes)

    def _watch(self) -> None:
        while not self.over.wait(0.2):
            if fallen := self.fallen:
                if not self.over.wait(GRACE):
                    print(f"error: {fallen}", file=sys.stderr, flush=True)
                    os._exit(1)
                return


def end_with_parent() -> None:
    """In a follower: end this process as soon as the one that started it has ended."""

    def wait() -> None:
        os.read(0, 1)  # not by `sys.stdin`, whose lock this thread would still hold at Python's end
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _free_port() -> int:
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return int(some.getsockname()[1])
