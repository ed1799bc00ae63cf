"""The folder in which a stage keeps what must survive a kill, and the check that its inputs did not change.

DVC deletes a stage's outputs before it runs, so the state lies outside of them, in
$DVC_ROOT/.state/<stage>-<fingerprint> (DVC_ROOT is the main repository even for `--temp` and queued
experiments). The fingerprint covers the stage's command, params and deps. A run with the same fingerprint resumes. Any
other starts from the beginning and keeps the old state, in case the user undoes the change.

After a stage has ended, DVC hashes and caches its outputs. That may take minutes, and a kill meanwhile would lose them.
So a finished state is kept, with a note of what dvc.lock will record. A later start looks for that record: if some
dvc.lock has it, the state is deleted; if not, the run continues from the state.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from filelock import FileLock

from gan.run.endings import explain
from gan.run.errors import InputsChangedError
from gan.run.files import write_whole
from gan.run.fingerprint import begun, name_of, refuse_changes
from gan.run.locks import SUFFIX, held, let_go, take
from gan.run.paths import main_repository
from gan.run.recorded import is_cached, is_recorded, record

GONE = ".gone"  # suffix of a folder that is being deleted
PATIENCE = 0.2  # seconds that a start waits for another process that only cleans up
FINISHED = "finished.json"  # in a state whose stage has ended: what DVC will record of it


class RunState:
    """The state folder of one run of a stage; use as a context manager.

    Args:
        stage: its name in dvc.yaml.
        keep: unfinished states of this stage to keep besides this one; the oldest beyond are removed.
        saves: the file in the folder that exists once a state was saved.

    Raises:
        InputsChangedError: an input changed while the stage's code was imported.
        ParamsError: dvc.yaml has no such stage.
    """

    def __init__(self, stage: str, keep: int, saves: str = "state") -> None:
        self.stage, self.keep, self.saves = stage, keep, saves
        self.inputs = begun(stage)
        tidy()
        self.folder, self._lock = _claim(_root(), f"{stage}-{name_of(self.inputs)}")
        self.ended = (self.folder / FINISHED).exists()

    def __enter__(self) -> Self:
        _clean(self.folder, self.stage, self.keep)
        if self.ended:
            print(
                f"{self.stage}: it had finished, but DVC had not recorded it: writing its outputs again",
                file=sys.stderr,
            )
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        kept = self._kept()
        with suppress(OSError):
            self.folder.rmdir()  # succeeds only if nothing was saved
        let_go(self._lock)
        explain(self.stage, error, *kept)

    def _kept(self) -> tuple[str, str]:
        """For a message: what is kept of the work, and what the same command does with it."""
        if self.ended:
            return "its work had ended and is kept", "ends in seconds"
        if (self.folder / self.saves).exists():
            return "the last saved state is kept", "goes on from there"
        return "nothing was saved yet", "starts again"

    def check_inputs(self) -> None:
        """Call once the work has ended: refuse to finish if an input changed meanwhile. The state is kept.

        Raises:
            InputsChangedError: names what changed.
        """
        self.ended = True
        refuse_changes(self.stage, self.inputs, " to finish in seconds (the state is kept)")

    def finish(self) -> None:
        """Keep the state until DVC has recorded the outputs; raises as `check_inputs`."""
        self.ended = True
        wanted = record(self.stage)
        note = {"stage": self.stage, "record": wanted, "known": is_recorded(self.stage, wanted)}
        self.check_inputs()
        write_whole(self.folder / FINISHED, json.dumps(note).encode())

    def remove(self) -> None:
        """Delete the state; a kill meanwhile leaves all of it or none."""
        shutil.rmtree(_set_aside(self.folder), ignore_errors=True)


def tidy() -> None:
    """Delete leftovers: finished states that DVC has recorded by now, and lock files that no process holds."""
    root = _root()
    for note in root.glob(f"*/{FINISHED}"):
        with suppress(OSError):  # another start has just deleted it
            _forget_recorded(note)
    for gone in root.glob(f"*{GONE}"):
        shutil.rmtree(gone, ignore_errors=True)
    for lock in root.glob(f"*{SUFFIX}"):
        with suppress(OSError), held(lock.with_suffix("")):
            pass


def _forget_recorded(note: Path) -> None:
    text = note.read_bytes()
    if not _done_with(text):  # takes a while, so not under the lock: a run may need the state meanwhile
        return
    with held(note.parent) as ours:
        if ours and note.read_bytes() == text:
            _set_aside(note.parent)


def _done_with(note: bytes) -> bool:
    """Whether DVC has recorded what the note of a finished state says.

    A dvc.lock that held the same record before the run ended, as in a clone or a forced run, proves nothing. Then the
    outs must also be in DVC's cache.
    """
    try:
        finished = json.loads(note)
        stage, wanted, known = (finished[name] for name in ("stage", "record", "known"))
    except (ValueError, LookupError, TypeError):  # this class did not write it
        return False
    return is_recorded(stage, wanted) and (not known or is_cached(stage, wanted))


def _root() -> Path:
    return main_repository() / ".state"


def _set_aside(folder: Path) -> Path:
    """Rename a state, atomically, to a name that no start looks for."""
    gone = folder.with_name(f"{folder.name}.{os.getpid()}{GONE}")
    shutil.rmtree(gone, ignore_errors=True)
    return folder.rename(gone)


def _claim(root: Path, name: str) -> tuple[Path, FileLock]:
    """Lock a folder that no other run holds, preferably one with a state; two equal runs get two folders."""
    root.mkdir(parents=True, exist_ok=True)
    for folder in (*_left(root, name), *(root / _numbered(name, index) for index in range(1, 1000))):
        if lock := take(folder, PATIENCE):
            folder.mkdir(exist_ok=True)
            return folder, lock
    raise InputsChangedError(f"{root}: 1000 equal runs hold {name}")


def _numbered(name: str, index: int) -> str:
    return name if index == 1 else f"{name}.{index}"


def _left(root: Path, name: str) -> Iterator[Path]:
    """Folders in which an earlier run of this name left a state."""
    for folder in sorted(root.glob(f"{name}*")):
        if folder.suffix not in (GONE, SUFFIX):
            with suppress(FileNotFoundError):  # another run has just deleted it
                if any(folder.iterdir()):
                    yield folder


HASH = "[0-9a-f]" * 16  # of a folder's name: a stage's name may begin with another's


def _clean(current: Path, stage: str, keep: int) -> None:
    """Remove the oldest states of this stage beyond `keep`, but never one that a run holds."""
    others = [path for path in current.parent.glob(f"{stage}-{HASH}*") if path.is_dir() and path != current]
    for folder in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[keep:]:
        with held(folder) as ours:
            gone = _set_aside(folder) if ours else None
        if gone:
            shutil.rmtree(gone, ignore_errors=True)
