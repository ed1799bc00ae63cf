"""Who holds a folder: a lock file beside it, which is there as long as somebody does, or was killed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout, UnixFileLock

SUFFIX = ".lock"


def take(folder: Path, patience: float = 0.0) -> FileLock | None:
    """Hold a folder; None where another still holds it after so many seconds."""
    lock = FileLock(folder.with_name(f"{folder.name}{SUFFIX}"))
    try:
        lock.acquire(timeout=patience, poll_interval=0.01)
    except Timeout:
        return None
    return lock


def let_go(lock: FileLock) -> None:
    """Delete the lock's file, then release it: who waits for a file that is gone finds out, and takes a new one."""
    if isinstance(lock, UnixFileLock):  # the others delete it themselves
        Path(lock.lock_file).unlink(missing_ok=True)
    lock.release()


@contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Hold a folder while the block runs; False where another holds it."""
    lock = take(folder)
    try:
        yield lock is not None
    finally:
        if lock:
            let_go(lock)
