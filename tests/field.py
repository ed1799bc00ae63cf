"""Images as people have them on disk: functions that write such files, folders and archives into the current folder."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.preparing import counts, domains, images

APPLE_DOUBLE = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + bytes(400)
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(300)
SPLITS = ("trainA", "trainB", "testA", "testB")


def photo(seed: int, width: int = 40, height: int = 36) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (4, 5, 3), np.uint8)
    return Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC)


def jpg(seed: int, width: int = 40, height: int = 36) -> bytes:
    buffer = io.BytesIO()
    photo(seed, width, height).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def jpgs(folder: str, count: int, first: int = 0, width: int = 40) -> dict[str, bytes]:
    return {f"{folder}/{index:03d}.jpg".lstrip("/"): jpg(first + index, width) for index in range(count)}


def of(*folders: str, count: int = 12, width: int = 40) -> dict[str, bytes]:
    """`count` images in each folder, all different."""
    return {
        name: content
        for place, folder in enumerate(folders)
        for name, content in jpgs(folder, count, 100 * place, width).items()
    }


def folder(files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (Path("in") / name).parent.mkdir(parents=True, exist_ok=True)
        (Path("in") / name).write_bytes(content)
    return Path("in")


def zipped(files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile("in.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # a name as it is, backslashes too
    return Path("in.zip")


def tarred(files: dict[str, bytes], encoding: str = "utf-8") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", encoding=encoding, format=tarfile.GNU_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def written(name: str, content: bytes) -> Path:
    Path(name).write_bytes(content)
    return Path(name)


def flipped(content: bytes, share: float) -> bytes:
    """The content with 40 bytes flipped."""
    changed = bytearray(content)
    start = int(len(changed) * share)
    for place in range(start, start + 40):
        changed[place] ^= 0xFF
    return bytes(changed)


def cut(content: bytes, share: float) -> bytes:
    """The content cut at the end of a block, where a tar that is cut short looks complete."""
    return content[: int(len(content) * share) // 512 * 512]


def png16(values: Iterable[int], top: int) -> dict[str, bytes]:
    """Grey 16-bit images with values from 0 to `top`, one for each seed in `values`."""
    files = {}
    for seed in values:
        pixels = np.random.default_rng(seed).integers(0, top + 1, (40, 36)).astype(np.uint16)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG")
        files[f"{seed:03d}.png"] = buffer.getvalue()
    return files


COMPRESSED: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


EACH = dict.fromkeys(("testA", "testB", "trainA", "trainB"), 12)
ARCHIVED: dict[str, Callable[[dict[str, bytes]], Path]] = {
    "folder": folder,
    "zip": zipped,
    "tar": lambda files: written("in.tar", tarred(files)),
    "tar.gz": lambda files: written("in", COMPRESSED["gz"](tarred(files))),
    "tar.bz2": lambda files: written("in", COMPRESSED["bz2"](tarred(files))),
    "tar.xz": lambda files: written("in", COMPRESSED["xz"](tarred(files))),
}


def of_dcgan(path: Path, **changes: Any) -> dict[str, int]:
    """The number of images in each set that the stage makes of a folder or archive; it must reject none."""
    return counts(images(Path.cwd(), "folder", folder=str(path), test_count=8, max_rejected=0.0, **changes))


def of_cyclegan(path: Path, **changes: Any) -> dict[str, int]:
    return counts(domains(Path.cwd(), "folder", folder=str(path), test_count=4, max_rejected=0.0, **changes))
