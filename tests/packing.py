"""Helpers for tests of packing: settings, collections, and the packed files read back."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gan.core.images import Uint8
from gan.datasets.arrays import from_arrays
from gan.datasets.collection import Collection
from gan.datasets.decode import Preprocessing
from gan.datasets.packing import pack
from gan.datasets.publish import publish
from gan.datasets.writer import Packing, Part

HOW = Preprocessing(16, 3, "bicubic", "crop", min_side=8, max_megapixels=100.0)
GREY = replace(HOW, size=4, channels=1, min_side=1)


def job(state: Path, **changes: Any) -> Packing:
    return replace(Packing("images", state, 2, 1 << 30, 0.1, 60.0), **changes)


def packed(tmp_path: Path, parts: list[Part], name: str = "one", **changes: Any) -> Path:
    """Pack and publish into a folder of this name."""
    state = tmp_path / f"{name}.state"
    publish(pack(parts, job(state, **changes)), state / "packing", tmp_path / name, {"source": "test"})
    return tmp_path / name


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(path.iterdir())}


def lines(path: Path) -> list[list[str]]:
    """The cells of manifest.tsv or rejected.tsv, without the header, names unescaped."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    return [[json.loads(cell) if cell.startswith('"') else cell for cell in row] for row in rows]


def numbers(count: int, reject: tuple[int, ...] = ()) -> Collection:
    """`count` plain 4×4 images of the values 0, 1, 2, …; those of `reject` cannot be opened."""
    whole = from_arrays(np.arange(count, dtype=np.uint8)[:, None, None].repeat(4, 1).repeat(4, 2), ["x"] * count)

    def opened(index: int) -> Image.Image:
        if index in reject:
            raise OSError("broken")
        return whole.open(index)

    return Collection(whole.names, opened)


def values(images: Any) -> list[int]:
    pixels: Uint8 = images[:]
    return [int(value) for value in pixels[:, 0, 0, 0]]


class counting:  # noqa: N801 - used like a function
    """A part that counts the images it opens."""

    def __init__(self, part: Part) -> None:
        self.seen: list[int] = []

        def opened(index: int) -> Image.Image:
            self.seen.append(index)
            return part.collection.open(index)

        self.part = replace(part, collection=replace(part.collection, open=opened))

    def count(self) -> int:
        return len(self.seen)
