"""DVC remotes of a kind: a folder, or a real server on localhost."""

import contextlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import servers


@dataclass
class Remote:
    """A store of one kind, which any clone may be connected with."""

    kind: str
    folder: Path  # of stores, and of the key
    port: int

    def connect(self, project: Path, store: str, port: int | None = None) -> None:
        """Write what the commands of docs/share.md write; a line may be between, by its port."""
        at = f"127.0.0.1:{port or self.port}"
        lines = {
            "folder": f"url = {self.folder / store}",
            "s3": f"url = s3://bucket/{store}\nendpointurl = http://{at}\naccess_key_id = me\n"
            "secret_access_key = secret",
            "ssh": f"url = ssh://{servers.user()}@{at}{self.folder / store}\nkeyfile = {self.folder / 'key'}",
        }[self.kind]
        (project / ".dvc" / "config.local").write_text(f"[core]\nremote = store\n['remote \"store\"']\n{lines}\n")


@contextlib.contextmanager
def remote_of(kind: str, folder: Path) -> Iterator[Remote]:
    """Start the server of this kind, or skip the test with a sentence."""
    if kind == "folder":
        yield Remote(kind, folder, 0)
        return
    for package in {"s3": ["dvc_s3", "moto"], "ssh": ["dvc_ssh"]}[kind]:
        if not importlib.util.find_spec(package):
            pytest.skip(f"no package {package}: `make remotes` installs it and runs these tests")
    if kind == "ssh" and not servers.SSHD:
        pytest.skip("no sshd on this machine: `apt-get install openssh-server` brings it")
    with servers.s3() if kind == "s3" else servers.ssh(folder) as port:
        yield Remote(kind, folder, port)
