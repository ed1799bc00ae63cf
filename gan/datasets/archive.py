"""Unpack zip and tar archives safely."""

import re
import shutil
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from os import fsencode
from pathlib import Path, PurePosixPath

from filelock import FileLock

from gan.datasets import versions
from gan.datasets.collection import shown
from gan.run.errors import USERS_TO_MEND, DataError

OURS = re.compile(r"unpacked(-[0-9a-f]{8}){2}")  # the names that `unpack` gives to its folders
PACKED = (b"PK\3\4", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")  # first bytes: zip, gzip, bzip2, xz
BLOCK = 1 << 20  # bytes
SHOWN = 60  # characters of a member's name that an error shows


def unpack(path: Path, scratch: Path) -> Path:
    """Unpack into a folder in `scratch`, completely or not at all, unless an earlier call did; returns the folder.

    The folder's name depends on the archive's path and version. The folder of an earlier version is removed.

    Raises:
        DataError: the file is no zip or tar, needs a password, is damaged, changed meanwhile, unpacks to more than the
            disk has left, holds two files of one name, or has a member that would be written outside of the folder.
        OSError: the disk is full, or may not be written.
    """
    name = f"unpacked-{_short(fsencode(path.resolve()))}"
    version = versions.of_file(path)
    folder = scratch / f"{name}-{_short(version.encode())}"
    temporary = scratch / f"{folder.name}.tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    with FileLock(scratch / f"{name}.lock"):  # downloads are shared: two experiments may want it at once
        if folder.is_dir():
            return folder
        for old in scratch.glob(f"{name}-*"):
            shutil.rmtree(old)
        temporary.mkdir()
        try:
            with unpacking(path):
                _extract(path, temporary)
            if versions.of_file(path) != version:
                raise DataError(f"{path} changed while it was unpacked; run the same command again")
            temporary.rename(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)  # half an archive may fill the disk
    return folder


@contextmanager
def unpacking(path: Path) -> Iterator[None]:
    """Turn any error that a decoder raises on a broken file into one sentence.

    Raises:
        DataError: the block raised any error but those below.
        OSError: the disk is full, or may not be written.
        MemoryError: there is too little memory.
    """
    try:
        yield
    except (DataError, MemoryError):
        raise
    except Exception as error:  # broken bytes may raise almost any class of error
        if isinstance(error, OSError) and error.errno in USERS_TO_MEND:
            raise
        raise DataError(_sentence(path, _reason(error), "get it again, or unpack it yourself")) from error


def _sentence(path: Path, reason: str, advice: str) -> str:
    return f"{path} cannot be unpacked: {reason}; {advice} and give the folder"


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        name = PurePosixPath(str(error.filename or "")).name
        return error.strerror + f": {name[:SHOWN]}{'…' * (len(name) > SHOWN)}" * bool(name)
    return " ".join(str(error).split()) or type(error).__name__


def _extract(path: Path, folder: Path) -> None:
    if tarfile.is_tarfile(path):  # asked first: `is_zipfile` looks at the end of a file, where a tar may hold a zip
        _untar(path, folder)
    elif zipfile.is_zipfile(path):
        _unzip(path, folder)
    elif _first_bytes(path).startswith(PACKED):
        raise zipfile.BadZipFile("it is damaged, cut short, or no zip or tar")
    else:
        raise DataError(f"{path} is neither a folder nor a zip or tar; unpack it yourself and give the folder")


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(8)


def _unzip(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        for member in members:
            member.filename = member.filename.replace("\\", "/")  # as some programs on Windows write it
            _refuse_outside(path, member.filename)
            if member.flag_bits & 1:
                raise DataError(_sentence(path, "it asks for a password", "unpack it yourself"))
        _refuse_twice(path, [member.filename for member in members if not member.is_dir()])
        _refuse_too_large(path, folder, sum(member.file_size for member in members))
        for member in members:
            archive.extract(member, folder)  # names are checked, and links become plain files


def _untar(path: Path, folder: Path) -> None:
    with tarfile.open(path) as archive:
        members = archive.getmembers()
        for member in members:
            member.name = member.name.replace("\\", "/")
            _refuse_outside(path, member.name)
        _refuse_twice(path, [member.name for member in members if not member.isdir()])
        _refuse_too_large(path, folder, sum(member.size for member in members))
        # The filter refuses links that lead out, devices, and anything that is not a plain file.
        archive.extractall(folder, filter="data")
        _refuse_broken_end(archive)


def _refuse_broken_end(archive: tarfile.TarFile) -> None:
    """Refuse a tar with a broken header, or one that is cut short: tarfile ends at either without an error."""
    content = archive.fileobj
    if content is None:
        return
    content.seek(archive.offset)
    if content.read(tarfile.BLOCKSIZE) != tarfile.NUL * tarfile.BLOCKSIZE:
        raise tarfile.ReadError(f"it is damaged or cut short after its member {archive.getnames()[-1][-SHOWN:]!r}")
    while block := content.read(BLOCK):  # to the end, where gzip has its checksum
        if any(block):
            raise tarfile.ReadError("there is more after its end, perhaps a second archive")


def _refuse_twice(path: Path, names: list[str]) -> None:
    """Refuse two members of one name: the second would replace the first."""
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        reason = f"it holds {len(twice)} names more than once, such as {shown(twice[0])[-SHOWN:]}"
        raise DataError(_sentence(path, reason, "unpack it yourself"))


def _refuse_outside(path: Path, name: str) -> None:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or name.startswith(("/", "\\")) or (parts and parts[0].endswith(":")):
        raise DataError(f"{path} is refused: its member {name!r} would be written outside of the folder")


def _refuse_too_large(path: Path, folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if size > free:
        raise DataError(f"{path} unpacks to {size / 1e9:.1f} GB, and {folder} has {free / 1e9:.1f} GB left")


def _short(content: bytes) -> str:
    return sha256(content).hexdigest()[:8]
