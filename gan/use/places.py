"""Where files go: each translation under the name of its picture, and nothing over what is there."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from gan.run.errors import GanError
from gan.use.pictures import WRITTEN, Found


def destinations(found: Found, out: Path, force: bool) -> list[Path]:
    """Where the translation of each picture goes: its name below a folder, as .png; of a single file, also a file.

    Raises:
        GanError: a file is there already and `force` is false, it would replace an input, or its format is not written.
    """
    if found.single and out.suffix and not out.is_dir():
        if out.suffix.lower() not in WRITTEN:
            raise GanError(f"{out}: {out.suffix} is not written; choose one of {', '.join(WRITTEN)}, or a folder")
        paths = [out]
    else:
        paths = [out / name for name in _names(found.pictures.names)]
    if out.is_file() and paths != [out]:
        raise GanError(f"{out} is a file, and {found.given} needs a folder; name another")
    if found.root is not None:
        _refuse_own(found, out, paths)
    refuse_existing(paths, force)
    return paths


def _refuse_own(found: Found, out: Path, paths: list[Path]) -> None:
    """Refuse to write over an input, or into the folder that is read, where a second run would find it."""
    root = Path(found.root or ".").resolve()
    inputs = {root / name for name in found.pictures.names}
    if (inside := Path(found.given).is_dir() and out.resolve().is_relative_to(root)) or inputs & {
        path.resolve() for path in paths
    }:
        where = "lies in" if inside else "would be written over"
        raise GanError(f"{out} {where} {found.given}; name another folder")


def refuse_existing(paths: list[Path], force: bool) -> None:
    """Refuse to write over a file, or where none can be, before any work.

    Raises:
        GanError: names one of those that are there, or what is in the way.
    """
    for folder in dict.fromkeys(path.parent for path in paths):
        if (last := next(one for one in (folder, *folder.parents) if one.exists())).is_file():
            raise GanError(f"{last} is a file, and {folder} needs a folder; name another place")
    if taken := [path for path in paths if path.is_dir()]:
        raise GanError(f"{taken[0]} is a folder, and a file would be written there; name another place")
    there = [path for path in paths if path.exists()]
    if there and not force:
        which = f"{there[0]} and {len(there) - 1} more are" if there[1:] else f"{there[0]} is"
        raise GanError(f"{which} there already; --force writes over what is there, or name another place")


@contextmanager
def needs_force(paths: list[Path], force: bool) -> Iterator[None]:
    """Where a full disk or the like ends the block, say that files which it has written are in the way of another try.

    Args:
        paths: what the block writes, where `refuse_existing` found nothing.
        force: whether the user has said `--force` already.
    """
    try:
        yield
    except OSError as error:
        if not force and any(path.exists() for path in paths):
            error.add_note("--force writes over it")
        raise


def _names(names: list[str]) -> list[str]:
    """Each name with .png as its suffix; with its old suffix too where two would, or might, be called the same."""
    plain = [PurePosixPath(name).with_suffix(".png").as_posix() for name in names]
    longer = [f"{name}.png" for name in names]
    often = Counter(one.casefold() for one in plain + longer)  # some disks do not tell A from a
    return [one if often[one.casefold()] == 1 else long for one, long in zip(plain, longer, strict=True)]
