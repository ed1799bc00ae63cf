"""Two domains of one's own, or of the CycleGAN paper: trainA, trainB, testA and testB, however a folder holds them."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from re import sub

from PIL import Image

from gan.core.errors import DataError
from gan.datasets import folder
from gan.datasets.collection import Collection

SPLITS = ("trainA", "trainB", "testA", "testB")
LAYOUTS = (
    "either trainA, trainB, testA and testB; or two folders, a domain each, that are split by seed; "
    "or train and test (or val) with side-by-side pairs, as pix2pix has them"
)
Sets = dict[str, Collection]


def collections(path: Path, scratch: Path, test_count: int, seed: int) -> tuple[Sets, str]:
    """The four sets, and how they came about.

    Args:
        path: a folder, or a zip or tar of one.
        test_count: images held out of each domain where the folder has no test sets.

    Raises:
        DataError: the folder is laid out in no way that is known, or a set is empty.
    """
    root = _only_child(folder.opened(path, scratch))
    below = sorted(child.name for child in root.iterdir() if child.is_dir() and not child.name.startswith("."))
    if set(SPLITS) <= set(below):
        return {split: folder.collection(root / split, scratch) for split in SPLITS}, "as found"
    if "train" in below and (test := next((name for name in ("test", "val") if name in below), None)):
        pairs = {"train": folder.collection(root / "train", scratch), "test": folder.collection(root / test, scratch)}
        return {f"{name}{domain}": halves(pairs[name], domain) for name in pairs for domain in "AB"}, "as found"
    if len(below) == 2:
        return _split(root, below, scratch, test_count, seed), (
            f"A is {below[0]}, B is {below[1]}; each shuffled with seed {seed}, the first {test_count} are the test set"
        )
    raise DataError(f"{path} holds {', '.join(below[:8]) or 'no folder'}; CycleGAN wants {LAYOUTS}")


def halves(pairs: Collection, domain: str) -> Collection:
    """The left (A) or right (B) halves of side-by-side images."""
    rejected = pairs.rejected if domain == "A" else []
    return replace(pairs, view=partial(_half, domain), version=f"{pairs.version} {domain}", rejected=rejected)


def _half(domain: str, image: Image.Image) -> Image.Image:
    middle = image.width // 2
    return image.crop((0, 0, middle, image.height) if domain == "A" else (middle, 0, 2 * middle, image.height))


def refuse_unpaired(sets: Sets) -> None:
    """See that testA[i] and testB[i] belong together: equal names, but for an `_A` and `_B` at their end.

    Raises:
        DataError: they do not.
    """
    plain = [[sub(r"_[AB](?=\.\w+$)|\.\w+$", "", name) for name in sets[f"test{domain}"].names] for domain in "AB"]
    plain = [[sub(r"_[AB]$", "", name) for name in names] for names in plain]
    if plain[0] != plain[1]:
        odd = sorted(set(plain[0]) ^ set(plain[1]))[:3] or ["their order differs"]
        raise DataError(
            f"aligned: testA has {len(plain[0])} images and testB {len(plain[1])}; they must have the same names. "
            f"Without a partner: {', '.join(odd)}"
        )


def _only_child(root: Path) -> Path:
    """Archives often hold one folder that holds all."""
    children = [child for child in root.iterdir() if not child.name.startswith((".", "__MACOSX"))]
    return children[0] if len(children) == 1 and children[0].is_dir() else root


def _split(root: Path, names: list[str], scratch: Path, test_count: int, seed: int) -> Sets:
    sets = {}
    for domain, name in zip("AB", names, strict=True):
        whole = folder.collection(root / name, scratch).shuffled(seed)
        if len(whole) < test_count + 2:
            raise DataError(
                f"domains.test_count {test_count} leaves nothing to train on: {name} has {len(whole)} images"
            )
        sets[f"test{domain}"] = whole.take(range(test_count), rejected=[])
        sets[f"train{domain}"] = whole.take(range(test_count, len(whole)))
    return sets
