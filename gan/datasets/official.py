"""The files of a published dataset: a local copy is used as it is; only what is missing is downloaded."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gan.datasets import archive
from gan.run.download import Remote, fetch
from gan.run.errors import DataError

ADVICE = ", or name a mirror in prepare_data.work.mirrors"
MOST = 100  # at most so many subfolders of a folder are searched


@dataclass(frozen=True)
class Official:
    """Where the official files of one source lie, and where new ones go.

    Args:
        source: the name of the source in params.yaml.
        home: the user's folder with the official files, in it or up to two folders below; None if the user names none.
        downloads: the folder for downloads; files go to its subfolder `source`.
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
        """The first file or folder with one of these names, in `home` or among the downloads; None if there is none.

        Folders that `archive.unpack` made are not searched.
        """
        return self.find_at_home(*names) or _find(self.own, names)

    def find_at_home(self, *names: str) -> Path | None:
        """As `find`, in `home` only."""
        return _find(self.home, names) if self.home else None

    def get(self, remote: Remote) -> Path:
        """The file in `home`, with any checksum; else that among the downloads, downloaded if it is missing.

        Raises:
            DataError: it is not in `home`, and cannot be downloaded or was downloaded with another checksum.
        """
        urls = tuple(f"{mirror.rstrip('/')}/{self.source}/{remote.name}" for mirror in self.mirrors)
        return self.find_at_home(remote.name) or fetch(
            Remote(remote.name, urls + remote.urls, remote.digest, ADVICE), self.own
        )

    def get_folder(self, name: str, remote: Remote) -> Path:
        """The folder of this name, as by `find`, or else unpacked from its archive.

        Raises:
            DataError: the archive cannot be found, downloaded or unpacked, or holds no such folder.
        """
        if (found := self.find(name)) and found.is_dir():
            return found
        unpacked = self.get_unpacked(remote)
        if not (unpacked / name).is_dir():
            raise DataError(f"{remote.name} holds no folder {name}: it is not the official file")
        return unpacked / name

    def get_unpacked(self, remote: Remote) -> Path:
        """The folder into which this archive is unpacked; the archive comes from `get`.

        Raises:
            DataError: it cannot be found, downloaded or unpacked.
        """
        return archive.unpack(self.get(remote), self.own)

    def must_find(self, advice: str, *names: str) -> Path:
        """As `find`, but never None.

        Raises:
            DataError: there is no such file or folder; the message ends in `advice`, which says how to get it.
        """
        if (found := self.find(*names)) is None:
            where = f"{self.home} or {self.own}" if self.home else f"{self.own}"
            raise DataError(f"{self.source}: there is no {' or '.join(names)} in {where}. {advice}")
        return found


def _find(root: Path, names: tuple[str, ...]) -> Path | None:
    """The path of the first of these names in the folder itself, or up to two folders below; None if there is none."""
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
    """The first few subfolders: a folder with more of them holds images, not the files of a dataset.

    Unpacked archives are left out, because the archive may have changed since.
    """
    return sorted(path for path in root.iterdir() if path.is_dir() and not archive.OURS.fullmatch(path.name))[:MOST]
