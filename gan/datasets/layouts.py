"""The sets trainA, trainB, testA and testB of two domains, for all known layouts of folders."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from re import sub

from PIL import Image

from gan.datasets import folder
from gan.datasets.collection import Collection, shown
from gan.datasets.decode import Unfit
from gan.datasets.roles import held_out, role, told
from gan.datasets.splits import Layout, Parts, Place, Sets, common, parted, refuse
from gan.run.errors import DataError

SPLITS = ("trainA", "trainB", "testA", "testB")
WANTED = (
    "a block `domains` takes trainA, trainB, testA and testB; or train and test (or val), each with the same two "
    "folders; or two folders, each with train and test; or two folders, a domain each, that are split by seed; or "
    "train and test with side-by-side pairs, as pix2pix has them"
)
Scheme = Callable[[Parts], tuple[str, str]]  # the role and the domain of an image; either may be empty


def collections(path: Path, scratch: Path, test_count: int, seed: int) -> Layout:
    """The four sets, and how they were found.

    Args:
        path: a folder, or a zip or tar of one.
        test_count: images held out of each domain where the folder has no test sets.

    Raises:
        DataError: the folder has no known layout, or a set is empty.
    """
    found = folder.look(path, scratch)
    depth = common(found.names)
    below = [PurePosixPath(name).parts[depth:] for name in found.names]
    if pairs := _pairs(below):
        whole = parted(found, depth, pairs, "side-by-side pairs, A left and B right, as found")
        sets = {f"{name}{domain}": halves(whole.sets[name], domain) for name in ("train", "test") for domain in "AB"}
        return replace(whole, sets=sets)
    for scheme, strip in ((_joined, 1), (_split_first, 2), (_domain_first, 2), (_plain, 1)):
        if names := _domains(below, scheme):
            whole = parted(found, depth, partial(_place, scheme, strip, names), _in_words(names))
            return whole if set(whole.sets) == set(SPLITS) else _with_test_sets(path, whole, test_count, seed)
    raise refuse(path, below, WANTED)


def _joined(parts: Parts) -> tuple[str, str]:
    """trainA, test_B, horse-train."""
    found, rest = told(parts[0]) if len(parts) > 1 else ("", "")
    return (found, rest.upper() if len(rest) == 1 else rest) if rest else ("", "")


def _split_first(parts: Parts) -> tuple[str, str]:
    """The layout train/horse."""
    return (role(parts[0]), parts[1]) if len(parts) > 2 and role(parts[0]) else ("", "")


def _domain_first(parts: Parts) -> tuple[str, str]:
    """The layout horse/train."""
    return (role(parts[1]), parts[0]) if len(parts) > 2 and role(parts[1]) else ("", "")


def _plain(parts: Parts) -> tuple[str, str]:
    """The layout horse, zebra: no folder is called like a set."""
    return ("train", parts[0]) if len(parts) > 1 and not _names_a_set(parts) else ("", "")


def _names_a_set(parts: Parts) -> bool:
    return any(told(part)[0] for part in parts[:-1])


def _domains(below: list[Parts], scheme: Scheme) -> dict[Place, str]:
    """(role, domain) → set, if the scheme explains the images; empty if it does not.

    Each role must have the same two domains. Other folders are left out. But if one of them is called like a set, or if
    any two folders would fit the scheme, then it does not explain the images.
    """
    told = {scheme(parts) for parts in below}
    others = [parts for parts in below if scheme(parts) == ("", "")]
    if others and (scheme in (_plain, _domain_first) or any(_names_a_set(parts) for parts in others)):
        return {}
    told.discard(("", ""))
    roles = {one for one, _ in told}
    test = held_out(roles)
    names = sorted({domain for one, domain in told if one == "train"}, key=str.casefold)
    if len(names) != 2 or {domain for one, domain in told if test and one == test} not in ({*names}, set()):
        return {}
    homes = {("train", name): f"train{letter}" for letter, name in zip("AB", names, strict=True)}
    return homes | {(test, name): f"test{letter}" for letter, name in zip("AB", names, strict=True) if test}


def _place(scheme: Scheme, strip: int, homes: dict[Place, str], parts: Parts) -> Place:
    home = homes.get(scheme(parts), "")
    return home, "/".join(parts[strip:] if home else parts)


def _in_words(homes: dict[Place, str]) -> str:
    a, b = (name for (one, name) in homes if one == "train")
    return "as found" if (a, b) == ("A", "B") else shown(f"A is {a}, B is {b}")


def _pairs(below: list[Parts]) -> Callable[[Parts], Place] | None:
    """The function that places side-by-side pairs, if images lie directly in train and test (or val); else None."""
    direct = {role(parts[0]) for parts in below if len(parts) == 2}
    test = held_out(direct)
    if "train" not in direct or not test or any(len(parts) > 2 and role(parts[0]) for parts in below):
        return None
    homes = {"train": "train", test: "test"}
    return lambda parts: (homes.get(role(parts[0]), "") if len(parts) > 1 else "", "/".join(parts[1:] or parts))


def _with_test_sets(path: Path, whole: Layout, test_count: int, seed: int) -> Layout:
    """Shuffle each domain, and hold out its first `test_count` images as the test set."""
    sets: Sets = {}
    for domain in "AB":
        images = whole.sets[f"train{domain}"].shuffled(seed)
        if len(images) < test_count + 2:
            raise DataError(
                f"domains.test_count {test_count} leaves nothing to train on: {path} has {len(images)} images of "
                f"domain {domain} ({whole.split}){images.losses}"
            )
        sets[f"test{domain}"] = images.take(range(test_count), rejected=[])
        sets[f"train{domain}"] = images.take(range(test_count, len(images)))
    how = f"{whole.split}; each shuffled with seed {seed}, the first {test_count} are the test set"
    return replace(whole, sets=sets, split=how)


def halves(pairs: Collection, domain: str) -> Collection:
    """The left (A) or right (B) halves of side-by-side images."""
    rejected = pairs.rejected if domain == "A" else []
    return replace(pairs, view=partial(_half, domain), version=f"{pairs.version} {domain}", rejected=rejected)


def _half(domain: str, image: Image.Image) -> Image.Image:
    if image.width <= image.height:
        raise Unfit(f"{image.width}×{image.height} pixels: no pair side by side is as high as it is wide")
    middle = image.width // 2
    return image.crop((0, 0, middle, image.height) if domain == "A" else (middle, 0, 2 * middle, image.height))


def refuse_unpaired(sets: Sets) -> None:
    """Check that testA[i] and testB[i] have the same name, except for `_A` and `_B` at the end.

    Raises:
        DataError: they do not; the message names up to three images without a partner.
    """
    plain = [[sub(r"_[AB](?=\.\w+$)|\.\w+$", "", name) for name in sets[f"test{domain}"].names] for domain in "AB"]
    plain = [[sub(r"_[AB]$", "", name) for name in names] for names in plain]
    if plain[0] != plain[1]:
        odd = sorted(set(plain[0]) ^ set(plain[1]))[:3] or ["their order differs"]
        raise DataError(
            f"aligned: testA has {len(plain[0])} images and testB {len(plain[1])}; they must have the same names. "
            f"Without a partner: {', '.join(odd)}"
        )
