"""Locks on folders: a lock file beside the folder, which exists while a process holds it (or was killed)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout, UnixFileLock

SUFFIX = ".lock"


def take(folder: Path, patience: float = 0.0) -> FileLock | None:
    """Lock a folder; None if another process still holds it after `patience` seconds."""
    lock = FileLock(folder.with_name(f"{folder.name}{SUFFIX}"))
    try:
        lock.acquire(timeout=patience, poll_interval=0.01)
    except Timeout:
        return None
    return lock


def let_go(lock: FileLock) -> None:
    """Delete the lock file, then release the lock: a process that waits for it notices, and creates a new file."""
    if isinstance(lock, UnixFileLock):  # other kinds of lock delete their file themselves
        Path(lock.lock_file).unlink(missing_ok=True)
    lock.release()


@contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Lock a folder while the block runs; yields False if another process holds it."""
    lock = take(folder)
    try:
        yield lock is not None
    finally:
        if lock:
            let_go(lock)
