"""Refuse sets whose pixels are all dark: a sign that their files use fewer bits than they have."""

from math import ceil, log2
from pathlib import Path

import numpy as np

from gan.datasets.writer import MANIFEST
from gan.run.errors import DataError

LEAST = 32  # value from 0 to 255 that the brightest pixel of a set must reach


def refuse_faint(sets: dict[str, list[Path]], packing: Path, block: str) -> None:
    """Check that some pixel of each set reaches an eighth of the range.

    Args:
        packing: the folder with the manifest.
        block: the block of params.yaml that the message names.

    Raises:
        DataError: no pixel of a set does; the message estimates how many bits the files use.
    """
    for name, paths in sets.items():
        top = max(int(np.load(path, mmap_mode="r").max()) for path in paths)
        if top < LEAST:
            depth, bits = _bits(top, _mode(packing / MANIFEST, name))
            raise DataError(
                f"{name}: no pixel is above {top} of 255. If its files use {bits} of {depth} bits, set "
                f"{block}.bits: {bits}; to take them as they are, {block}.bits: 16. Of 16-bit colour, Pillow reads the "
                "upper 8 bits alone: convert such files first"
            )


def _bits(top: int, mode: str) -> tuple[int, int]:
    """How many bits a file has, and how many it seems to use."""
    if mode.startswith("I"):
        return 16, max(1, round(log2(257 * top + 1)))
    return 8, max(1, ceil(log2(top + 1)))


def _mode(manifest: Path, name: str) -> str:
    """Pillow's mode of the first image of a set."""
    with manifest.open(encoding="utf-8") as file:
        return next(cells[-1] for cells in (line.rstrip("\n").split("\t") for line in file) if cells[0] == name)
