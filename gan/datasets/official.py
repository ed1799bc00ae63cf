"""The files of a published dataset: a local copy as it is, wherever it lies; only what is missing is downloaded."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gan.datasets import archive
from gan.run.download import Remote, fetch
from gan.run.errors import DataError

ADVICE = ", or name a mirror in prepare_data.work.mirrors"
MOST = 100  # folders of a folder that are looked into


@dataclass(frozen=True)
class Official:
    """Where the official files of one source lie, and where new ones go.

    Args:
        source: as params.yaml names it.
        home: a folder that may hold them, itself or up to two folders below; None where the user names none.
        downloads: kept between runs; files go to a folder below, called like the source.
        mirrors: base URLs that are tried first, as <mirror>/<source>/<file>.
    """

    source: str
    home: Path | None
    downloads: Path
    mirrors: tuple[str, ...] = ()

    @property
    def own(self) -> Path:
        return self.downloads / self.source

    def find(self, *names: str) -> Path | None:
        """The first file or folder of one of these names, in `home` or among the downloads; never an unpacked one."""
        return self.find_at_home(*names) or _find(self.own, names)

    def find_at_home(self, *names: str) -> Path | None:
        """The first in `home` alone."""
        return _find(self.home, names) if self.home else None

    def get(self, remote: Remote) -> Path:
        """The file: at home as it is, else downloaded, now or earlier, and of the right checksum.

        Raises:
            DataError: neither worked.
        """
        urls = tuple(f"{mirror.rstrip('/')}/{self.source}/{remote.name}" for mirror in self.mirrors)
        return self.find_at_home(remote.name) or fetch(
            Remote(remote.name, urls + remote.urls, remote.digest, ADVICE), self.own
        )

    def get_folder(self, name: str, remote: Remote) -> Path:
        """The folder of this name, found, or unpacked from the archive that holds it.

        Raises:
            DataError: the archive cannot be had or unpacked, or holds no such folder.
        """
        if (found := self.find(name)) and found.is_dir():
            return found
        unpacked = self.get_unpacked(remote)
        if not (unpacked / name).is_dir():
            raise DataError(f"{remote.name} holds no folder {name}: it is not the official file")
        return unpacked / name

    def get_unpacked(self, remote: Remote) -> Path:
        """What this archive, had as by `get`, holds.

        Raises:
            DataError: it cannot be had or unpacked.
        """
        return archive.unpack(self.get(remote), self.own)

    def must_find(self, advice: str, *names: str) -> Path:
        """As `find`.

        Raises:
            DataError: there is none; `advice` says how to get it.
        """
        if (found := self.find(*names)) is None:
            where = f"{self.home} or {self.own}" if self.home else f"{self.own}"
            raise DataError(f"{self.source}: there is no {' or '.join(names)} in {where}. {advice}")
        return found


def _find(root: Path, names: tuple[str, ...]) -> Path | None:
    """In the folder itself, or up to two below."""
    for place in _places(root):
        for name in names:
            if (place / name).exists():
                return place / name
    return None


def _places(root: Path) -> Iterator[Path]:
    if root.is_dir():
        yield root
        below = _folders(root)
        yield from below
        for folder in below:
            yield from _folders(folder)


def _folders(root: Path) -> list[Path]:
    """Some of those right below: a folder with more of them holds images, and not the files of a dataset.

    What was unpacked is left out: its archive may be another by now.
    """
    return sorted(path for path in root.iterdir() if path.is_dir() and not archive.OURS.fullmatch(path.name))[:MOST]
