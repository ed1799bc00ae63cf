"""Where a stage keeps what must survive a kill, and proof that its inputs did not change meanwhile.

DVC deletes a stage's outputs before it runs, so the state lies outside of them, in
$DVC_ROOT/.state/<stage>-<fingerprint> (DVC_ROOT is the main repository even for `--temp` and queued
experiments). The fingerprint covers the stage's command, params and deps: the same one resumes, any
other starts fresh and leaves the old state for when one goes back.
"""

import hashlib
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout

from gan.core.errors import InputsChangedError
from gan.core.paths import PARAMS, PIPELINE
from gan.core.yaml12 import read_yaml


def fingerprint(stage: str) -> dict[str, str]:
    """What the result of a stage depends on: name → hash, for its cmd, each param and each dep."""
    entry = _entry(stage)
    params = read_yaml(PARAMS.read_text())
    parts = {"cmd": entry["cmd"]}
    for key in entry.get("params", []):
        value = params
        for name in key.split("."):
            value = value[name]
        parts[f"{PARAMS}: {key}"] = _hash(json.dumps(value, sort_keys=True).encode())
    for dep in entry.get("deps", []):
        parts[dep] = _hash_path(Path(dep))
    return parts


def _entry(stage: str) -> dict[str, Any]:
    """A stage as dvc.yaml has it; `name@key` is the one that `foreach` makes of that key."""
    name, _, key = stage.partition("@")
    entry: dict[str, Any] = read_yaml(PIPELINE.read_text())["stages"][name]
    if not key:
        return entry
    values = {"key": key} | {f"item.{name}": value for name, value in entry["foreach"][key].items()}
    text = re.sub(r"\$\{([\w.]+)\}", lambda found: str(values.get(found[1], found[0])), json.dumps(entry["do"]))
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
            with file.open("rb") as content:
                digest.update(hashlib.file_digest(content, "blake2b").digest())
    return digest.hexdigest()


class RunState:
    """The state folder of one run of a stage; use as a context manager.

    Args:
        stage: its name in dvc.yaml.
        keep: unfinished states of this stage to keep besides this one; the oldest beyond are removed.
    """

    def __init__(self, stage: str, keep: int) -> None:
        self.stage, self.keep = stage, keep
        self.inputs = fingerprint(stage)
        root = Path(os.environ.get("DVC_ROOT", ".")) / ".state"
        name = f"{stage}-{_hash(json.dumps(self.inputs, sort_keys=True).encode())[:16]}"
        self.folder, self._lock = _claim(root, name)

    def __enter__(self) -> Self:
        _clean(self.folder, self.stage, self.keep)
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def check_inputs(self) -> None:
        """Refuse to finish when an input changed under the run: DVC would record the new one with the old result.

        Raises:
            InputsChangedError: names what changed. The state stays: put the input back and rerun.
        """
        now = fingerprint(self.stage)
        changed = sorted(name for name in now.keys() | self.inputs.keys() if now.get(name) != self.inputs.get(name))
        if changed:
            raise InputsChangedError(
                f"{self.stage}: changed while it ran: {', '.join(changed)}. Nothing is recorded and the state is "
                "kept: undo the change and rerun to finish in seconds, or rerun to work with the new values"
            )

    def remove(self) -> None:
        """Forget a finished run, so that `dvc repro -f` works again."""
        shutil.rmtree(self.folder)


def _claim(root: Path, name: str) -> tuple[Path, FileLock]:
    """A folder that no other run holds: a second equal run at the same time gets one of its own."""
    for index in range(1, 1000):
        folder = root / (name if index == 1 else f"{name}.{index}")
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / f"{folder.name}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        folder.mkdir(exist_ok=True)
        return folder, lock
    raise InputsChangedError(f"{root}: 1000 equal runs hold {name}")


def _clean(current: Path, stage: str, keep: int) -> None:
    """Remove the oldest states of this stage beyond `keep`; one that a run holds is never touched."""
    others = [path for path in current.parent.glob(f"{stage}-*") if path.is_dir() and path != current]
    for folder in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[keep:]:
        lock = FileLock(current.parent / f"{folder.name}.lock")
        try:
            with lock.acquire(timeout=0):
                shutil.rmtree(folder)
        except Timeout:
            continue
