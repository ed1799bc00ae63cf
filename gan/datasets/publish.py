"""The packed dataset as DVC caches it: array files, two lists, and a card that describes them."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np

from gan.datasets.labels import write_labels
from gan.datasets.versions import of_arrays
from gan.datasets.writer import MANIFEST, REJECTED
from gan.records.cards import read_card, write_card

Card = dict[str, Any]


def publish(sets: dict[str, list[Path]], packing: Path, target: Path, card: Card, labels: bool = False) -> None:
    """Link or copy each set to target/<set>.npy, or to <set>-00000.npy, <set>-00001.npy, … if it has several files.

    The same images give the same bytes. `packing` stays as it is, so that a kill meanwhile loses nothing.

    Args:
        labels: also write the class of each image.

    Raises:
        DataError: as `write_labels`.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    shapes, hashes = {}, {}
    for name, paths in sorted(sets.items()):
        shapes[name], hashes[name] = _described(paths)
        for path in paths:
            _link(path, target / (f"{name}.npy" if len(paths) == 1 else path.name))
    for name in (MANIFEST, REJECTED):
        _link(packing / name, target / name)
    rejected = len((target / REJECTED).read_text(encoding="utf-8").splitlines()) - 1
    classes = write_labels(packing, target) if labels else {}
    full = {**card, **classes, "sets": shapes, "sha256": hashes, "rejected": rejected}
    write_card(target, full)


def summarise(target: Path, title: str) -> None:
    """Print on stderr how a source was understood, and how many images of it were packed, rejected and skipped."""
    card = read_card(target, {"sets": dict, "split": str, "rejected": int}, "prepare-data")
    names = sorted(card["sets"], key=lambda name: not name.startswith("train"))
    sets = ", ".join(f"{name} {card['sets'][name]['count']}" for name in names)
    lines = [f"{sets}; {card['split']}"]
    if card["rejected"]:
        lines.append(f"rejected: {card['rejected']}, with their reasons in {target / REJECTED}")
    if "passed_over" in card:
        lines.append(f"passed over: {card['passed_over']}")
    for line in lines:
        print(f"{title}: {line}", file=sys.stderr)


def _described(paths: list[Path]) -> tuple[dict[str, Any], str]:
    """Count and shape of a set, and the SHA-256 of its shape and pixels, which no path and no shard size can change."""
    parts = [np.load(path, mmap_mode="r") for path in paths]
    return {"count": sum(len(part) for part in parts), "shape": parts[0].shape[1:]}, of_arrays(parts)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without hard links
        shutil.copyfile(source, target)
