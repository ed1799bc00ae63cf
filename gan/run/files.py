"""Atomic writes: a file is written to a temporary one, synced to the disk, then renamed."""

import os
from pathlib import Path

Part = bytes | memoryview


def write_whole(path: Path, *parts: Part) -> None:
    """Write `path` so that a crash at any moment leaves the old file or the new one, never half of one.

    Raises:
        OSError: names the file. The temporary file is removed, so that it does not fill the disk.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.tmp")
    write_synced(temporary, *parts)
    temporary.replace(path)
    sync_folder(path.parent)


def write_synced(path: Path, *parts: Part) -> None:
    """Write `path` and wait until the disk has it; raises as `write_whole`."""
    try:
        with path.open("wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable; only POSIX systems can sync a folder, and only they need to."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
