"""Find the images in a folder, and what the user should know about the other files."""

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from re import fullmatch

from PIL import Image

from gan.datasets.collection import Reject, shown
from gan.datasets.formats import SUFFIXES, looks_like_an_image
from gan.run.errors import DataError

# Leftovers of operating systems: previews, indexes, trash. Names that begin with a dot are leftovers too.
LEFTOVERS = frozenset(
    name.casefold()
    for name in (
        *("__MACOSX", "Thumbs.db", "ehthumbs.db", "desktop.ini", "lost+found"),
        *("$RECYCLE.BIN", "RECYCLER", "System Volume Information"),
        *("@eaDir", "@tmp", "@Recycle", "#recycle", "#snapshot", "Icon\r"),
        *("Trash", "thumbnails", "_thumbnails", "_thumbs"),
    )
)
BACKUPS = ("~", "_original", ".bak", ".orig", ".old", ".tmp", ".part", ".crdownload", ".download", ".aria2")
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
        there = [f"passed over: {counted(self.passed)}"] if self.passed else []
        there += [f"{name}: {reason}" for name, reason in self.rejected[:LISTED]]
        packed = any(kind in ARCHIVES for kind in self.passed)
        advice = "; unpack the archives in it, or give one of them" if packed else ""
        raise DataError(f"{path} holds no image ({'; '.join(there) or 'it is empty'}){advice}")


def counted(passed: Counter[str]) -> str:
    """`52 (.txt 40, .mp4 12)`, most first."""
    kinds = [f"{kind} {count}" for kind, count in sorted(passed.items(), key=lambda one: (-one[1], one[0]))]
    return shown(f"{passed.total()} ({', '.join(kinds[:LISTED])}{', …' * (len(kinds) > LISTED)})")


def is_leftover(name: str) -> bool:
    """Whether a file or folder is hidden, or left behind by a system."""
    return name.startswith(".") or name.casefold() in LEFTOVERS or bool(fullmatch(r"found\.\d{3}", name.casefold()))


def walk(root: Path, links_leave: bool) -> Walk:
    """Look at all files below a folder. A folder that can be reached in several ways is entered once.

    Args:
        links_leave: whether a link may lead out of the folder. A link in a user's own folder may, for example to a pool
            of images or to DVC's cache. A link from an archive may not: it could point to any file of the user.

    Raises:
        DataError: a folder cannot be entered, or a link in a user's own folder cannot be followed and is not called
            like an image. It may lead to a disk that is not mounted, whose images would be missing without notice.
    """
    Image.init()  # register Pillow's formats now, not in several threads at once
    found, home = Walk(root), root.resolve()
    waiting, entered = [root], {home}
    while waiting:
        for entry in _entries(waiting.pop()):
            path = Path(entry.path)
            if is_leftover(entry.name):
                found.passed[_kind_of_leftover(entry)] += 1
            elif entry.is_symlink() and (reason := _bad_link(path, home, links_leave)):
                _reject_link(found, path, reason, links_leave)
            elif entry.is_dir():
                if (real := path.resolve()) not in entered:
                    entered.add(real)
                    waiting.append(path)
            elif entry.is_symlink() and _is_found_itself(path.resolve(), home):
                found.passed["links to files of the folder"] += 1
            elif entry.is_file():
                _take(found, path)
            else:
                found.passed["no plain file"] += 1
    found.names.sort()
    found.rejected.sort()
    return found


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: (entry.is_symlink(), entry.name))  # links come last
    except OSError as error:
        raise DataError(f"{folder} cannot be read ({error.strerror}); mend that, or move it elsewhere") from error


def _reject_link(found: Walk, path: Path, reason: str, links_leave: bool) -> None:
    if path.suffix.lower() in SUFFIXES or path.is_dir():
        found.rejected.append((path.relative_to(found.root).as_posix(), reason))
    elif links_leave:
        raise DataError(f"{path} is {reason}: is a disk not mounted? Mend the link, or remove it")
    else:
        found.passed[reason] += 1


def _is_found_itself(real: Path, home: Path) -> bool:
    """Whether the walk reaches this file without a link."""
    return real.is_relative_to(home) and not any(is_leftover(part) for part in real.relative_to(home).parts)


def _take(found: Walk, path: Path) -> None:
    if path.name.casefold().endswith(BACKUPS) or path.name.startswith("#"):
        found.passed["backups"] += 1
    elif path.suffix.lower() in SUFFIXES or looks_like_an_image(path):
        found.names.append(path.relative_to(found.root).as_posix())
    else:
        found.passed[path.suffix.lower() or "no suffix"] += 1


def _kind_of_leftover(entry: "os.DirEntry[str]") -> str:
    name = "hidden" if entry.name.startswith(".") else entry.name
    return f"{name}/" if entry.is_dir(follow_symlinks=False) else name


def _bad_link(path: Path, home: Path, links_leave: bool) -> str:
    """Why a link is not followed; empty if it is."""
    try:
        real = path.resolve(strict=True)
    except FileNotFoundError:
        return "a link that leads nowhere"
    except PermissionError:
        return "a link into a folder that may not be entered"
    except (OSError, RuntimeError):
        return "a link that loops"
    if not links_leave and not real.is_relative_to(home):
        return "a link that leaves the folder"
    parent = path.parent.resolve()
    return "a link that loops" if real in (home, *home.parents, parent, *parent.parents) else ""
