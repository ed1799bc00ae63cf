"""Unpack zip and tar archives where they cannot do harm."""

import shutil
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

from gan.core.errors import DataError


def unpack(path: Path, folder: Path) -> Path:
    """Unpack into `folder`, unless an earlier call did; whole or not at all.

    Raises:
        DataError: it is no such archive, is broken, has a member that would land outside of the folder, or holds more
            than the disk has left.
    """
    if folder.is_dir():
        return folder
    temporary = folder.with_name(f"{folder.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        if zipfile.is_zipfile(path):
            _unzip(path, temporary)
        elif tarfile.is_tarfile(path):
            _untar(path, temporary)
        else:
            raise DataError(f"{path} is neither a folder nor a zip or tar archive")
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        raise DataError(f"{path} cannot be unpacked: {error}") from error
    temporary.rename(folder)
    return folder


def _unzip(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        for member in members:
            _refuse_outside(path, member.filename)
        _refuse_too_large(path, folder, sum(member.file_size for member in members))
        archive.extractall(folder)  # noqa: S202 - names are checked, and links become plain files


def _untar(path: Path, folder: Path) -> None:
    with tarfile.open(path) as archive:
        members = archive.getmembers()
        for member in members:
            _refuse_outside(path, member.name)
        _refuse_too_large(path, folder, sum(member.size for member in members))
        # The filter refuses links that lead out, devices, and anything that is not a plain file.
        archive.extractall(folder, filter="data")


def _refuse_outside(path: Path, name: str) -> None:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or name.startswith(("/", "\\")) or (parts and parts[0].endswith(":")):
        raise DataError(f"{path} is refused: its member {name!r} would be written outside of the folder")


def _refuse_too_large(path: Path, folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if size > free:
        raise DataError(f"{path} unpacks to {size / 1e9:.1f} GB, and {folder} has {free / 1e9:.1f} GB left")
