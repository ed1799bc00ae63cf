"""Check each image once, set the unreadable aside, and pack the rest into one array per set."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from gan.core.errors import DataError
from gan.core.images import Uint8
from gan.core.progress import Progress

RESIZING = "shorter side to size with Pillow's antialiased bicubic filter, then centre crop"


@dataclass(frozen=True)
class Item:
    """One image of a source, not yet read."""

    name: str
    open: Callable[[], Image.Image]


@dataclass(frozen=True)
class Packed:
    """What came of a set of items."""

    images: Uint8  # (N, size, size, channels)
    rejected: list[tuple[str, str]]  # name, reason


def draw(items: Iterable[Item], limit: int | None, seed: int) -> list[Item]:
    """`limit` items at random, in their order; all of them where there are no more, or no limit is set."""
    found = list(items)
    if limit is None or limit >= len(found):
        return found
    chosen = np.random.default_rng(seed).choice(len(found), limit, replace=False)
    return [found[index] for index in np.sort(chosen)]


def pack(items: Iterable[Item], size: int, channels: int, max_rejected: float, title: str) -> Packed:
    """Decode, orient, convert and resize every item; those that fail are listed, not fatal.

    Args:
        channels: 1 for greyscale, 3 for RGB.
        max_rejected: share of items that may fail.

    Raises:
        DataError: more failed, or none is left.
    """
    images: list[Uint8] = []
    rejected: list[tuple[str, str]] = []
    todo = list(items)
    with Progress(title, len(todo), "images") as progress:
        for item in todo:
            try:
                with item.open() as image:
                    images.append(_fit(image, size, channels))
            except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
                rejected.append((item.name, f"{type(error).__name__}: {error}"))
            progress.advance()
    if not images or len(rejected) > max_rejected * len(todo):
        listed = "; ".join(f"{name}: {reason}" for name, reason in rejected[:5])
        raise DataError(
            f"{title}: {len(rejected)} of {len(todo)} images cannot be used, max_rejected allows "
            f"{max_rejected:.1%}. The first: {listed}"
        )
    return Packed(np.stack(images), rejected)


def _fit(image: Image.Image, size: int, channels: int) -> Uint8:
    """One image to (size, size, channels), upright as its EXIF says."""
    upright = ImageOps.exif_transpose(image).convert("RGB" if channels == 3 else "L")
    fitted = ImageOps.fit(upright, (size, size), Image.Resampling.BICUBIC)
    return np.asarray(fitted).reshape(size, size, channels)


def split(images: Uint8, test_count: int, seed: int) -> dict[str, Uint8]:
    """Shuffle and cut into `test` of `test_count` images and `train` of the rest.

    Raises:
        DataError: too few images for both.
    """
    if len(images) < test_count + 2:
        raise DataError(f"test_count {test_count} leaves nothing to train on: there are {len(images)} images")
    order = np.random.default_rng(seed).permutation(len(images))
    return {"train": images[order[test_count:]], "test": images[order[:test_count]]}


def write(folder: Path, sets: dict[str, Uint8], card: dict[str, Any], rejected: list[tuple[str, str]]) -> None:
    """Write each set as folder/<name>.npy, a card that describes them and the list of rejects.

    The same images give the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, images in sets.items():
        np.save(folder / f"{name}.npy", images)
    shapes = {name: {"count": len(images), "shape": images.shape[1:]} for name, images in sets.items()}
    hashes = {name: content_hash(images) for name, images in sets.items()}
    full = {**card, "sets": shapes, "sha256": hashes, "rejected": len(rejected)}
    (folder / "card.json").write_text(json.dumps(full, indent=2) + "\n")
    lines = ["name\treason", *("\t".join(json.dumps(text, ensure_ascii=False) for text in row) for row in rejected)]
    (folder / "rejected.tsv").write_text("\n".join(lines) + "\n")


def content_hash(images: Uint8) -> str:
    """SHA-256 of shape and pixels: names a set of images wherever it lies."""
    digest = hashlib.sha256(repr(images.shape).encode())
    digest.update(np.ascontiguousarray(images).data)
    return digest.hexdigest()
