"""Atomic writes: a file is written to a temporary one, synced to the disk, then renamed. And files with a checksum."""

import hashlib
import os
import re
import stat
from pathlib import Path

Part = bytes | memoryview
DIGEST = hashlib.sha256().digest_size  # bytes in front of the content of a file with a checksum
IN_CACHE = re.compile(r".*/files/md5/([0-9a-f]{2})/([0-9a-f]{30})")


def write_whole(path: Path, *parts: Part) -> None:
    """Write `path` so that a crash at any moment leaves the old file or the new one, never half of one.

    Raises:
        OSError: names the file. The temporary file is removed, so that it does not fill the disk.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.tmp")
    write_synced(temporary, *parts)
    try:
        temporary.replace(path)
    except OSError as error:  # such as a folder in the place of the file
        temporary.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from error
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


def with_checksum(content: Part) -> tuple[Part, Part]:
    """The parts of a file that `read_checked` reads: the SHA-256 of the content, then the content."""
    return hashlib.sha256(content).digest(), content


def read_checked(path: Path) -> memoryview | None:
    """The content of a file written `with_checksum`; None if its checksum differs.

    Raises:
        OSError: the file cannot be read.
    """
    whole = memoryview(path.read_bytes())
    return whole[DIGEST:] if hashlib.sha256(whole[DIGEST:]).digest() == whole[:DIGEST] else None


def md5_of(path: Path) -> str:
    """The MD5 of a file. That of a link into DVC's cache is its name there: nobody has to read data for it.

    As DVC does, this trusts only names of files that may not be written.
    """
    if path.is_symlink() and stat.S_IMODE(path.stat().st_mode) == 0o444:
        found = IN_CACHE.fullmatch(path.readlink().as_posix())
        if found:
            return found[1] + found[2]
    with path.open("rb") as content:
        return hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
