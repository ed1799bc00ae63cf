"""Real servers on localhost for DVC's remotes: S3 (moto) and SSH (OpenSSH), and a line to them that breaks or hangs."""

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CHUNK = 16 << 10  # bytes that the line passes on at a time
SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
SSHD_CONFIG = """
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
Subsystem sftp internal-sftp
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def _running(port: int, *command: str) -> Iterator[None]:
    """A server process that listens on a port; it ends with all its children."""
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            _wait_for(port, process)
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 120
    while True:
        assert process.poll() is None, f"{process.args!r} ended at once"
        assert time.monotonic() < until, f"{process.args!r} does not listen"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)


@contextlib.contextmanager
def s3() -> Iterator[int]:
    """An S3 server with an empty bucket `bucket`; gives its port."""
    port = free_port()
    with _running(port, sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)):
        empty = urllib.request.Request(f"http://127.0.0.1:{port}/bucket", method="PUT")
        urllib.request.urlopen(empty).close()  # noqa: S310
        yield port


@contextlib.contextmanager
def ssh(folder: Path) -> Iterator[int]:
    """An SSH server, run by whoever runs the tests, that lets them in by the key `folder/key`; gives its port."""
    for name in ("host_key", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    (folder / "config").write_text(SSHD_CONFIG.format(folder=folder))
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # Debian makes it when its own service starts
    port = free_port()
    with _running(port, str(SSHD), "-D", "-f", f"{folder}/config", "-p", str(port)):
        yield port


def user() -> str:
    return getpass.getuser()


@dataclass
class Line:
    """A TCP line to a server: `after` so many bytes, both ways together, it breaks, or hangs if it `hangs`."""

    server: int
    after: float = float("inf")
    hangs: bool = False
    wait: float = 0.0  # seconds for each chunk
    passed: int = 0
    port: int = 0
    ends: list[socket.socket] = field(default_factory=list)

    def pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(CHUNK):
                time.sleep(self.wait)
                self.passed += len(part)
                if self.passed > self.after and self.hangs:
                    continue
                if self.passed > self.after:
                    break
                target.sendall(part)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near = listener.accept()[0]
                if self.passed > self.after and not self.hangs:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self.server))
                self.ends += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self.pass_on, args=pair, daemon=True).start()


@contextlib.contextmanager
def line(server: int, **how: float) -> Iterator[Line]:
    """A line to a server's port, on a port of its own; `how` are fields of `Line`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Line(server, **how)  # type: ignore[arg-type]
        made.port = listener.getsockname()[1]
        thread = threading.Thread(target=made.serve, args=(listener,), daemon=True)
        thread.start()
        yield made
        listener.shutdown(socket.SHUT_RDWR)
        for end in made.ends:
            end.close()
        thread.join(5)
