"""Where a stage keeps what must survive a kill, and proof that its inputs did not change meanwhile.

DVC deletes a stage's outputs before it runs, so the state lies outside of them, in
$DVC_ROOT/.state/<stage>-<fingerprint> (DVC_ROOT is the main repository even for `--temp` and queued
experiments). The fingerprint covers the stage's command, params and deps: the same one resumes, any
other starts fresh and leaves the old state for when one goes back.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from gan.core.errors import InputsChangedError
from gan.core.fingerprint import fingerprint, name_of, refuse_changes

GONE = ".gone"  # ends the name of a folder that is being deleted


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
        self.folder, self._lock = _claim(root, f"{stage}-{name_of(self.inputs)}")

    def __enter__(self) -> Self:
        _clean(self.folder, self.stage, self.keep)
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def check_inputs(self) -> None:
        """Refuse to finish when an input changed under the run; the state stays.

        Raises:
            InputsChangedError: names what changed.
        """
        refuse_changes(self.stage, self.inputs, " to finish in seconds (the state is kept)")

    def remove(self) -> None:
        """Forget a finished run, so that `dvc repro -f` works again; a kill in between leaves all of it or no state."""
        gone = self.folder.with_name(f"{self.folder.name}{GONE}")
        shutil.rmtree(gone, ignore_errors=True)
        self.folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _claim(root: Path, name: str) -> tuple[Path, FileLock]:
    """A folder that no other run holds, one with a state in it first: two equal runs at once have one each."""
    root.mkdir(parents=True, exist_ok=True)
    for folder in (*_left(root, name), *(root / _numbered(name, index) for index in range(1, 1000))):
        lock = FileLock(root / f"{folder.name}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        folder.mkdir(exist_ok=True)
        return folder, lock
    raise InputsChangedError(f"{root}: 1000 equal runs hold {name}")


def _numbered(name: str, index: int) -> str:
    return name if index == 1 else f"{name}.{index}"


def _left(root: Path, name: str) -> Iterator[Path]:
    """Folders in which a run of this name left something to go on with."""
    for folder in sorted(root.glob(f"{name}*")):
        if folder.suffix not in (GONE, ".lock"):
            with suppress(FileNotFoundError):  # another run has just finished with it
                if any(folder.iterdir()):
                    yield folder


def _clean(current: Path, stage: str, keep: int) -> None:
    """Remove the oldest states of this stage beyond `keep`; one that a run holds is never touched."""
    for gone in current.parent.glob(f"*{GONE}"):
        shutil.rmtree(gone, ignore_errors=True)
    others = [path for path in current.parent.glob(f"{stage}-*") if path.is_dir() and path != current]
    for folder in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[keep:]:
        lock = FileLock(current.parent / f"{folder.name}.lock")
        try:
            with lock.acquire(timeout=0):
                shutil.rmtree(folder)
        except Timeout:
            continue
