"""Append decoded images to array files, cut into shards, beside lists of the packed and the rejected images."""

import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from time import monotonic

import numpy as np

from gan.datasets.collection import Collection
from gan.datasets.decode import Decoded, Preprocessing
from gan.datasets.journal import Journal
from gan.run.errors import DataError

MANIFEST, REJECTED = "manifest.tsv", "rejected.tsv"


@dataclass(frozen=True)
class Part:
    """A collection, and the sets that its images fill, one set after the other.

    Args:
        quotas: set → how many images it takes; None takes the rest.
        prefix: is put before the names of rejected images, to distinguish parts.
        twin: another part with as many images, each the partner of the image at the same position: either both are
            used, or neither.
    """

    collection: Collection
    quotas: dict[str, int | None]
    how: Preprocessing
    prefix: str = ""
    twin: "Part | None" = None

    @property
    def lanes(self) -> "list[Part]":
        """The part and its twin."""
        return [self, self.twin] if self.twin else [self]


@dataclass(frozen=True)
class Packing:
    """Settings of a packing. Of these, only `shard_bytes` changes the files.

    Args:
        title: what progress and errors call the packing.
        folder: holds what must survive a kill.
        workers: threads that decode; 0 takes all cores.
        shard_bytes: an array file holds at most so many bytes of pixels, but at least one image.
        max_rejected: share of images that may be rejected, from 0 to 1.
        save_every_seconds: seconds between two commits.
    """

    title: str
    folder: Path
    workers: int
    shard_bytes: int
    max_rejected: float
    save_every_seconds: float


class Writer:
    """Writes the images of all parts, and keeps the position from which a later start continues.

    Attributes:
        part, next: index of the current part, and the position in it of the next image.
        counts: set → images in it.
        rejected: number of images rejected.
    """

    def __init__(self, journal: Journal, parts: list[Part], job: Packing) -> None:
        self.journal, self.parts, self.job = journal, parts, job
        sets = [name for part in parts for lane in part.lanes for name in lane.quotas]
        position = journal.position or {"part": 0, "next": 0, "rejected": 0, "counts": dict.fromkeys(sets, 0)}
        self.part, self.next, self.rejected = (int(position[name]) for name in ("part", "next", "rejected"))
        self.counts: dict[str, int] = dict(position["counts"])
        self.saved = monotonic()
        if not journal.position:
            self._line(MANIFEST, "set", "name", "width", "height", "mode")
            self._line(REJECTED, "name", "reason")
            for lane in (lane for part in parts for lane in part.lanes):
                for name, reason in lane.collection.rejected:
                    self._reject(lane.prefix + name, reason)

    @property
    def seen(self) -> int:
        """Number of images that were packed or rejected before this start."""
        return sum(self.counts.values()) + self.rejected if self.journal.position else 0

    def write(self, index: int, results: list[Decoded | str]) -> None:
        """Write an image of the current part, and its partner if there is a twin; a str says why one is rejected."""
        lanes = self.parts[self.part].lanes
        broken = any(isinstance(result, str) for result in results)
        for lane, result in zip(lanes, results, strict=True):
            name = lane.collection.names[index]
            if isinstance(result, str):
                self._reject(lane.prefix + name, result)
            elif broken:
                self._reject(lane.prefix + name, "its partner cannot be used")
            else:
                self._keep(lane, name, result)

    def _keep(self, lane: Part, name: str, image: Decoded) -> None:
        home = next(one for one, quota in lane.quotas.items() if quota is None or self.counts[one] < quota)
        shard, place = divmod(self.counts[home], self._per_shard(lane))
        file = _shard(home, shard)
        if place == 0:
            self.journal.append(file, _header((0, *image.pixels.shape)))
        self.journal.append(file, image.pixels.tobytes())
        if place + 1 == self._per_shard(lane):
            self.journal.finish(file)
        self._line(MANIFEST, home, json_text(name), str(image.width), str(image.height), image.mode)
        self.counts[home] += 1

    def commit_now_and_then(self) -> None:
        if monotonic() - self.saved > self.job.save_every_seconds:
            self._commit()

    def finish_part(self) -> None:
        self.part, self.next = self.part + 1, 0
        self._commit()

    def files(self) -> dict[str, list[Path]]:
        """Set → its array files, each with a header that says how many images it holds.

        Raises:
            DataError: a set is empty or short of its quota.
        """
        files: dict[str, list[Path]] = {}
        for lane in (lane for part in self.parts for lane in part.lanes):
            per_shard = self._per_shard(lane)
            shape = (lane.how.size, lane.how.size, lane.how.channels)
            for name, quota in lane.quotas.items():
                count = self.counts[name]
                if count < max(quota or 0, 1):
                    raise DataError(f"{self.job.title}: {name} has {count} usable images of {quota or 'at least 1'}")
                files[name] = [self.journal.folder / _shard(name, index) for index in range(-(-count // per_shard))]
                for index, path in enumerate(files[name]):
                    _head(path, _header((min(per_shard, count - index * per_shard), *shape)))
        return files

    def _per_shard(self, lane: Part) -> int:
        return max(1, self.job.shard_bytes // (lane.how.size**2 * lane.how.channels))

    def _reject(self, name: str, reason: str) -> None:
        self._line(REJECTED, json_text(name), json_text(" ".join(reason.split())))
        self.rejected += 1

    def _line(self, file: str, *cells: str) -> None:
        self.journal.append(file, ("\t".join(cells) + "\n").encode())

    def _commit(self) -> None:
        self.journal.commit({name: getattr(self, name) for name in ("part", "next", "rejected", "counts")})
        self.saved = monotonic()


def json_text(text: str) -> str:
    """The text on one line without tabs. Unprintable and incomplete characters, as in odd file names, are escaped."""
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _shard(name: str, index: int) -> str:
    return f"{name}-{index:05d}.npy"


def _head(path: Path, header: bytes) -> None:
    """Write a file's header unless it is right: such a file may be linked to DVC's cache, and must not be written."""
    with path.open("rb") as file:
        if file.read(len(header)) == header:
            return
    with path.open("r+b") as file:
        file.write(header)


def _header(shape: tuple[int, ...]) -> bytes:
    """The header of a .npy file of uint8. NumPy leaves room for a longer first axis, so its length does not change."""
    buffer = BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return buffer.getvalue()
