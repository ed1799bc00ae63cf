"""Images of one's own: a folder of them at any depth, or a zip or tar of one."""

import hashlib
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO

from PIL import Image

from gan.core.errors import DataError
from gan.datasets import archive, versions
from gan.datasets.collection import Collection, Reject

# Raster formats alone: Pillow would run Ghostscript for an .eps, and ask other programs for others.
FORMATS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
    "PNG": (".png", ".apng"),
    "WEBP": (".webp",),
    "BMP": (".bmp", ".dib"),
    "GIF": (".gif",),
    "TIFF": (".tif", ".tiff"),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm"),
    "TGA": (".tga",),
    "JPEG2000": (".jp2", ".j2k", ".jpx"),
    "AVIF": (".avif",),
}
SUFFIXES = frozenset(suffix for suffixes in FORMATS.values() for suffix in suffixes)


def collection(path: Path, scratch: Path) -> Collection:
    """Every file below `path` with an image's suffix, sorted by name; its classes are the folders right below `path`.

    Links are followed inside of the folder. One that leaves it, loops or leads nowhere is rejected.

    Args:
        path: a folder, or a zip or tar, which is unpacked into `scratch`.

    Raises:
        DataError: there is no such folder, no image in it, or the archive is unsafe or broken.
    """
    Image.init()  # registers its formats now, and not in several threads at once
    root = opened(path, scratch)
    rejected: list[Reject] = []
    names = sorted(_walk(root, rejected))
    if not names:
        raise DataError(f"{path} holds no image (looked for {', '.join(sorted(SUFFIXES))})")
    return Collection(names, partial(_open, root, names), sorted(rejected), version=_version(root, names))


def opened(path: Path, scratch: Path) -> Path:
    """The folder itself, or what an archive unpacks to.

    Raises:
        DataError: there is neither.
    """
    if path.is_dir():
        return path
    if path.is_file():
        return archive.unpack(path, scratch)
    raise DataError(f"{path} is no folder, zip or tar; give the path of one that holds images")


def _open(root: Path, names: list[str], index: int) -> Image.Image:
    path = root / names[index]
    if not path.stat().st_size:
        raise ValueError("an empty file")
    return read(path)


def read(file: Path | IO[bytes]) -> Image.Image:
    """Open an image of one of FORMATS, whose size is known before a pixel is decoded: .ico decodes when opened.

    Raises:
        Exception: whatever Pillow raises on what is none.
    """
    return Image.open(file, formats=[name for name in FORMATS if name in Image.OPEN])  # an old Pillow has no AVIF


def _walk(root: Path, rejected: list[Reject]) -> Iterator[str]:
    """Names of image files below the root, in no order; each folder is entered once, by whichever way comes first."""
    home = root.resolve()
    waiting, entered = [root], {home}
    while waiting:
        with os.scandir(waiting.pop()) as found:
            entries = sorted(
                found, key=lambda entry: (entry.is_symlink(), entry.name)
            )  # what is there before links to it
        for entry in entries:
            path = Path(entry.path)
            name = path.relative_to(root).as_posix()
            wanted = path.suffix.lower() in SUFFIXES
            if entry.is_symlink() and (reason := _bad_link(path, home)):
                if wanted or path.is_dir():
                    rejected.append((name, reason))
            elif entry.is_dir():
                if (real := path.resolve()) not in entered:
                    entered.add(real)
                    waiting.append(path)
            elif wanted and entry.is_file():
                yield name


def _bad_link(path: Path, home: Path) -> str:
    """Why a link is not followed; empty where it is."""
    try:
        real = path.resolve(strict=True)
    except FileNotFoundError:
        return "a link that leads nowhere"
    except (OSError, RuntimeError):
        return "a link that loops"
    if not real.is_relative_to(home):
        return "a link that leaves the folder"
    return "a link that loops" if real in (home, *path.parent.resolve().parents, path.parent.resolve()) else ""


def _version(root: Path, names: list[str]) -> str:
    """Changes with any file's size or times, and with the archive: a packing does not go on with other images."""
    digest = hashlib.sha256(os.fsencode(root.resolve()))  # the folder of an archive bears its version
    for name in names:
        digest.update(f"\n{versions.of_file(root / name)}".encode())
    return digest.hexdigest()
