"""A user's own images: in a folder, at any depth, or in a zip or tar."""

import hashlib
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PIL import Image

from gan.datasets import archive, formats, versions
from gan.datasets.collection import Collection, Reject
from gan.datasets.decode import Unfit
from gan.datasets.walk import Walk, walk
from gan.run.errors import DataError


def collection(path: Path, scratch: Path) -> Collection:
    """Every image below `path`, sorted by name; its classes are the folders right below `path`.

    Args:
        path: a folder, or a zip or tar, which is unpacked into `scratch`.

    Raises:
        DataError: there is no such folder, it holds no image, or the archive is unsafe or damaged.
    """
    found = look(path, scratch)
    return renamed(found, {name: name for name in found.names}, found.rejected)


def look(path: Path, scratch: Path) -> Walk:
    """What a folder or an archive holds; raises as `collection`."""
    if path.is_dir():
        found = walk(path, links_leave=True)
    elif path.is_file():
        found = walk(archive.unpack(path, scratch), links_leave=False)
    else:
        raise DataError(f"{path} is no folder, zip or tar; give the path of one that holds images")
    found.refuse_none(path)
    return found


def renamed(found: Walk, names: Mapping[str, str], rejected: list[Reject]) -> Collection:
    """A collection of the images in `names` (old → new name), sorted by their new names."""
    ordered = sorted(names, key=lambda name: names[name])
    version = _version(found.root, ordered)
    return Collection([names[name] for name in ordered], partial(_open, found.root, ordered), rejected, version)


def _open(root: Path, names: list[str], index: int) -> Image.Image:
    path = root / names[index]
    if not path.stat().st_size:
        raise Unfit("an empty file")
    return formats.read(path)


def _version(root: Path, names: list[str]) -> str:
    """A hash of the files' sizes and times, so that no packing is resumed with other images under the same names."""
    digest = hashlib.sha256(os.fsencode(root.resolve()))  # the path of an unpacked archive includes its version
    for name in names:
        digest.update(f"\n{versions.of_file(root / name)}".encode())
    return digest.hexdigest()
