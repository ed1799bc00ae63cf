"""Check each image once, reject the unfit ones, and pack the rest into a few large arrays.

All cores decode. Images are written in the order of their collection, so that the bytes depend neither on the number of
threads nor on the order of the file system. Only a chunk of the images is in memory. A kill loses only what was packed
since the last commit.
"""

import hashlib
import os
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

import PIL
from PIL import Image, UnidentifiedImageError

from gan.datasets.decode import Decoded, Unfit, decode
from gan.datasets.journal import Journal
from gan.datasets.writer import REJECTED, Packing, Part, Writer
from gan.run.errors import DataError
from gan.run.progress import Progress

CHUNK = 256  # images that are decoded, and held in memory, before they are written
LISTED = 20  # reasons that an error lists
NAMED = 3  # rejected images that it names for each reason


def pack(parts: list[Part], job: Packing) -> dict[str, list[Path]]:
    """Decode, check and write all parts, or resume after a kill; returns set → its array files, in order.

    Beside them lie manifest.tsv, with a line for each image in the order of its set, and rejected.tsv.

    Raises:
        DataError: a larger share of images was rejected than `max_rejected`, or a set is empty or short of its quota.
    """
    lanes = [lane for part in parts for lane in part.lanes]
    found = sum(len(lane.collection) + len(lane.collection.rejected) for lane in lanes)
    work = [PIL.__version__, job.shard_bytes, [[_work(lane) for lane in part.lanes] for part in parts]]
    journal = Journal(job.folder / "packing", work)
    writer = Writer(journal, parts, job)
    with closing(journal), quiet_pillow(), Progress(job.title, found, "images", writer.seen) as progress:
        if writer.seen:
            progress.say(f"resumed at image {writer.seen} of {found}")
        with ThreadPoolExecutor(job.workers or cores()) as pool:
            for part in parts[writer.part :]:
                _pack_part(part, writer, pool, progress)
    _refuse_too_many(writer, found, job)
    return writer.files()


def _pack_part(part: Part, writer: Writer, pool: ThreadPoolExecutor, progress: Progress) -> None:
    for first in range(writer.next, len(part.collection), CHUNK):
        chunk = range(first, min(first + CHUNK, len(part.collection)))
        for index, results in zip(chunk, pool.map(partial(_decoded, part), chunk), strict=True):
            writer.write(index, results)
        writer.next = chunk.stop
        writer.commit_now_and_then()
        progress.advance(len(chunk) * len(part.lanes))
    writer.finish_part()


def _decoded(part: Part, index: int) -> list[Decoded | str]:
    return [decode_one(lane, index) for lane in part.lanes]


def decode_one(lane: Part, index: int) -> Decoded | str:
    """The image, or why it is not used."""
    try:
        with lane.collection.open(index) as image:
            return decode(image, lane.how, lane.collection.view)
    except Unfit as error:
        return str(error)
    except Exception as error:  # broken bytes make Pillow's decoders raise errors of any class
        return f"{type(error).__name__}: {_without_place(error)}"


def _without_place(error: Exception) -> str:
    """The error's message without paths of this machine, because the list of rejected images is an output."""
    if isinstance(error, UnidentifiedImageError):
        return "cannot identify image file"
    return (isinstance(error, OSError) and error.strerror) or str(error)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _work(lane: Part) -> list[object]:
    """Everything that decides the bytes of a part's sets, as JSON values."""
    images = lane.collection
    names = hashlib.sha256("\0".join(images.names).encode(errors="surrogateescape")).hexdigest()
    return [names, images.version, images.rejected, lane.quotas, repr(lane.how), lane.prefix]


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Silence Pillow, which may print thousands of warnings; the list of rejected images has what matters."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # max_megapixels is checked instead
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def _refuse_too_many(writer: Writer, found: int, job: Packing) -> None:
    if writer.rejected <= job.max_rejected * found:
        return
    path = writer.journal.folder / REJECTED
    names: dict[str, list[str]] = {}
    with path.open(encoding="utf-8") as file:
        for line in islice(file, 1, None):
            name, reason = line.rstrip("\n").split("\t")
            names.setdefault(reason, []).append(name)
    listed = [f"\n  {len(some)} × {reason}: {', '.join(some[:NAMED])}" for reason, some in names.items()]
    more = f"\n  and {len(listed) - LISTED} other reasons" if len(listed) > LISTED else ""
    raise DataError(
        f"{job.title}: {writer.rejected} of {found} images cannot be used, max_rejected allows "
        f"{job.max_rejected:.1%}; mend them, delete them or raise it. All are listed in {path}, nothing else was "
        f"written.{''.join(listed[:LISTED])}{more}"
    )
