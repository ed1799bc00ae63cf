"""Find the images in a folder, and what the user should know about the other files."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from gan.datasets.collection import Reject
from gan.datasets.formats import SUFFIXES, looks_like_an_image
from gan.run.errors import DataError

# Leftovers of operating systems: previews, indexes, trash. Names that begin with a dot are leftovers too.
LEFTOVERS = frozenset(
    name.casefold()
    for name in (
        *("__MACOSX", "Thumbs.db", "ehthumbs.db", "desktop.ini", "lost+found"),
        *("$RECYCLE.BIN", "RECYCLER", "System Volume Information"),
        *("@eaDir", "@tmp", "#recycle", "#snapshot", "Icon\r"),
    )
)
BACKUPS = ("~", "_original", ".bak", ".orig", ".old", ".tmp", ".part", ".crdownload")
ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar")
LISTED = 8  # kinds of skipped files that a message names


@dataclass
class Walk:
    """What lies below a folder.

    Attributes:
        names: images, relative to the root, sorted.
        rejected: images that cannot be opened, and links that are not followed, with the reason.
        passed: kind → number of files or folders that were skipped, as they are no images.
    """

    root: Path
    names: list[str] = field(default_factory=list)
    rejected: list[Reject] = field(default_factory=list)
    passed: Counter[str] = field(default_factory=Counter)

    def refuse_none(self, path: Path) -> None:
        """Check that there is an image.

        Raises:
            DataError: there is none; the message says what there is instead, and why.
        """
        if self.names:
            return
        there = [f"passed over: {told(self.passed)}"] if self.passed else []
        there += [f"{name}: {reason}" for name, reason in self.rejected[:LISTED]]
        packed = any(kind in ARCHIVES for kind in self.passed)
        advice = "; unpack the archives in it, or give one of them" if packed else ""
        raise DataError(f"{path} holds no image ({'; '.join(there) or 'it is empty'}){advice}")


def told(passed: Counter[str]) -> str:
    """`52 (.txt 40, .mp4 12)`, most first."""
    kinds = [f"{kind} {count}" for kind, count in sorted(passed.items(), key=lambda one: (-one[1], one[0]))]
    return f"{passed.total()} ({', '.join(kinds[:LISTED])}{', …' * (len(kinds) > LISTED)})"


def is_leftover(name: str) -> bool:
    """Whether a file or folder is hidden, or left behind by a system."""
    return name.startswith(".") or name.casefold() in LEFTOVERS


def walk(root: Path, links_leave: bool) -> Walk:
    """Look at all files below a folder. A folder that can be reached in several ways is entered once, by the first.

    Args:
        links_leave: whether a link may lead out of the folder. A user's own may, to a pool of images or to DVC's
            cache; one that came in an archive could lead to any file of whoever unpacks it.
    """
    Image.init()  # register Pillow's formats now, not in several threads at once
    found = Walk(root)
    home = root.resolve()
    waiting, entered = [root], {home}
    while waiting:
        folder = waiting.pop()
        try:
            entries = _entries(folder)
        except OSError as error:
            found.rejected.append((folder.relative_to(root).as_posix(), error.strerror or type(error).__name__))
            continue
        for entry in entries:
            path = Path(entry.path)
            name = path.relative_to(root).as_posix()
            if is_leftover(entry.name):
                found.passed[_kind_of_leftover(entry)] += 1
            elif entry.is_symlink() and (reason := _bad_link(path, home, links_leave)):
                if path.suffix.lower() in SUFFIXES or path.is_dir():
                    found.rejected.append((name, reason))
                else:
                    found.passed[reason] += 1
            elif entry.is_dir():
                if (real := path.resolve()) not in entered:
                    entered.add(real)
                    waiting.append(path)
            elif entry.is_file():
                _take(found, path, name)
            else:
                found.passed["no plain file"] += 1
    found.names.sort()
    found.rejected.sort()
    return found


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        return iter(sorted(found, key=lambda entry: (entry.is_symlink(), entry.name)))  # links come last


def _take(found: Walk, path: Path, name: str) -> None:
    if path.name.endswith(BACKUPS):
        found.passed["backups"] += 1
    elif path.suffix.lower() in SUFFIXES or looks_like_an_image(path):
        found.names.append(name)
    else:
        found.passed[path.suffix.lower() or "no suffix"] += 1


def _kind_of_leftover(entry: "os.DirEntry[str]") -> str:
    if entry.is_dir(follow_symlinks=False):
        return f"{entry.name}/"
    return "hidden" if entry.name.startswith(".") else entry.name


def _bad_link(path: Path, home: Path, links_leave: bool) -> str:
    """Why a link is not followed; empty if it is."""
    try:
        real = path.resolve(strict=True)
    except FileNotFoundError:
        return "a link that leads nowhere"
    except (OSError, RuntimeError):
        return "a link that loops"
    if not links_leave and not real.is_relative_to(home):
        return "a link that leaves the folder"
    parent = path.parent.resolve()
    return "a link that loops" if real in (home, *home.parents, parent, *parent.parents) else ""
