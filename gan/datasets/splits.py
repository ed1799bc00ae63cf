"""Which set an image belongs to, judged by the names of its folders."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

from gan.datasets import folder
from gan.datasets.collection import Collection, Reject, shown
from gan.datasets.roles import held_out, role, told
from gan.datasets.walk import Walk
from gan.run.errors import DataError

WANTED = "a block `images` takes one set, at any depth; or train and test (or val), which hold all of them"
DEEPEST = 4  # levels of folders at which train and test are looked for
SEEN = 8  # folders that an error names
Place = tuple[str, str]  # a set, and the name in it; the set is empty if the image is left out
Parts = tuple[str, ...]
Sets = dict[str, Collection]


@dataclass(frozen=True)
class Layout:
    """How a source was understood.

    Args:
        sets: train, and test if there is one; or trainA, trainB, testA and testB.
        split: how images were assigned to them, in words; empty if no folder's name decided it.
        passed: kind → number of files that are no images, and of images in folders that were left out.
    """

    sets: Sets
    split: str = ""
    passed: Counter[str] = field(default_factory=Counter)


def common(names: list[str]) -> int:
    """The number of outer folders that hold nothing but the next folder: archives often have one or two of them."""
    depth = 0
    whole = [PurePosixPath(name).parts for name in names]
    while all(len(parts) > depth + 2 for parts in whole) and len({parts[depth] for parts in whole}) == 1:
        depth += 1
    return depth


def parted(found: Walk, depth: int, place: Callable[[Parts], Place], split: str) -> Layout:
    """Divide the images that were found into sets.

    Args:
        depth: number of outer folders (see `common`).
        place: the folders and the file name of an image, below the outer folders → its set and its name there.
        split: the `split` of the Layout.
    """
    names: dict[str, dict[str, str]] = {}
    passed = Counter(found.passed)
    for name in found.names:
        parts = PurePosixPath(name).parts[depth:]
        home, new = place(parts)
        if home:
            names.setdefault(home, {})[name] = new
        else:
            passed[f"images in {shown(parts[0])}/" if len(parts) > 1 else "images beside the folders"] += 1
    rejected: dict[str, list[Reject]] = {}
    for name, reason in found.rejected:
        home, new = place(PurePosixPath(name).parts[depth:] or (name,))
        if home:
            rejected.setdefault(home, []).append((new, reason))
        else:
            passed[reason] += 1
    sets = {home: folder.renamed(found, names[home], rejected.get(home, [])) for home in sorted(names)}
    return Layout(sets, split, passed)


def of_images(path: Path, scratch: Path) -> Layout:
    """A user's images for DCGAN: `train` and `test` if folders are called so, else all images as `train`.

    train/cat/1.jpg and cat/train/1.jpg are both understood, and `val` is the test set if there is no `test`. Classes
    are the other folders.

    Raises:
        DataError: there is no image, the archive is unsafe or damaged, or folders are called like sets but do not hold
            all images.
    """
    found = folder.look(path, scratch)
    depth = common(found.names)
    below = [PurePosixPath(name).parts[depth:] for name in found.names]
    for level in range(DEEPEST):
        if homes := _homes(below, level):
            return parted(found, depth, partial(_place, level, homes), f"as found in {_folders(below, level)}")
    roles = {told(part)[0] for parts in below for part in parts[:-1]}
    if "train" in roles and held_out(roles):
        raise refuse(path, below, WANTED)
    return parted(found, depth, lambda parts: ("train", "/".join(parts)), "")


def _homes(below: list[Parts], level: int) -> dict[str, str]:
    """Role → set, if the folders at this level are called like sets; empty if they are not.

    At level 0, folders beside them are left out; deeper, every image must be in a set. At any level, images that lie
    beside the outermost folders are left out.
    """
    roles = {_role_at(parts, level) for parts in below if level == 0 or len(parts) > 1}
    test = held_out(roles)
    return {"train": "train", test: "test"} if "train" in roles and test and (level == 0 or "" not in roles) else {}


def _place(level: int, homes: dict[str, str], parts: Parts) -> Place:
    return homes.get(_role_at(parts, level), ""), "/".join(parts[:level] + parts[level + 1 :])


def _role_at(parts: Parts, level: int) -> str:
    return role(parts[level]) if len(parts) > level + 1 else ""


def _folders(below: list[Parts], level: int) -> str:
    """The names of folders at one level that are called like sets."""
    return shown(", ".join(sorted({f"{parts[level]}/" for parts in below if _role_at(parts, level)})))


def seen(below: list[Parts]) -> str:
    """What a folder holds, for an error message: `train/cat 12, train/dog 12`."""
    counts = Counter("/".join(parts[: min(2, len(parts) - 1)]) or "directly" for parts in below)
    listed = [f"{name} {count}" for name, count in sorted(counts.items())]
    return shown(", ".join(listed[:SEEN])) + ", …" * (len(listed) > SEEN)


def refuse(path: Path, below: list[Parts], wanted: str) -> DataError:
    return DataError(f"{path} holds images in {seen(below)}; {wanted}")
