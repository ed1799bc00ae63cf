"""What the result of a stage depends on, as one hash for each input, and proof that none changed under a run."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from gan.core.errors import InputsChangedError
from gan.core.paths import PARAMS, PIPELINE
from gan.core.yaml12 import read_yaml

Fingerprint = dict[str, str]
BIG = 1 << 20  # bytes; two edits of a small file may bear the same time


def fingerprint(stage: str) -> Fingerprint:
    """What the result of a stage depends on: name → hash, for its cmd, each param and each dep."""
    found = entry(stage)
    params = read_yaml(PARAMS.read_text())
    parts = {"cmd": found["cmd"]}
    for key in found.get("params", []):
        value = params
        for name in key.split("."):
            value = value[name]
        parts[f"{PARAMS}: {key}"] = _hash(json.dumps(value, sort_keys=True).encode())
    for dep in found.get("deps", []):
        parts[dep] = _hash_path(Path(dep))
    return parts


def name_of(inputs: Fingerprint) -> str:
    """All of it in 16 hexadecimal digits."""
    return _hash(json.dumps(inputs, sort_keys=True).encode())[:16]


def entry(stage: str) -> dict[str, Any]:
    """A stage as dvc.yaml has it; `name@key` is the one that `foreach` makes of that key."""
    name, _, key = stage.partition("@")
    written: dict[str, Any] = read_yaml(PIPELINE.read_text())["stages"][name]
    if not key:
        return written
    values = {"key": key} | {f"item.{name}": value for name, value in written["foreach"][key].items()}
    text = re.sub(r"\$\{([\w.]+)\}", lambda found: str(values.get(found[1], found[0])), json.dumps(written["do"]))
    filled: dict[str, Any] = json.loads(text)
    return filled


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _hash_path(path: Path) -> str:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    digest = hashlib.blake2b(digest_size=16)
    for file in files:
        if file.is_file() and file.suffix != ".pyc":  # as in .dvcignore
            digest.update(file.relative_to(path).as_posix().encode())
            digest.update(_hash_file(file))
    return digest.hexdigest()


def _hash_file(path: Path) -> bytes:
    """Big files are read once in a run, and again only when their size or time changed."""
    about = path.stat()
    read = _read_once if about.st_size > BIG else _read_once.__wrapped__
    return read(path.absolute(), about.st_size, about.st_mtime_ns)


@cache
def _read_once(path: Path, _size: int, _mtime: int) -> bytes:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "blake2b").digest()


def refuse_changes(stage: str, before: Fingerprint, hint: str = "") -> None:
    """Refuse to finish when an input changed under the run: DVC would record the new one with the old result.

    Args:
        hint: what else the message says.

    Raises:
        InputsChangedError: names what changed.
    """
    now = fingerprint(stage)
    changed = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
    if changed:
        raise InputsChangedError(
            f"{stage}: changed while it ran: {', '.join(changed)}. Nothing is recorded: undo the change and rerun"
            f"{hint}, or rerun to work with the new values"
        )


@contextmanager
def unchanged(stage: str) -> Iterator[None]:
    """Watch over the inputs of a stage while the block runs; raises as `refuse_changes`."""
    before = fingerprint(stage)
    yield
    refuse_changes(stage, before)
