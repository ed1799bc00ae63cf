"""Small pictures of what an experiment's model makes, from DVC's cache."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan.commands.revisions import show
from gan.report.pictures import Picture, data_uri, lossy, open_picture
from gan.run.errors import DataError, ParamsError
from gan.run.fingerprint import entry
from gan.run.paths import LOCK
from gan.run.recorded import in_cache, outs, read_record

WIDE, HIGH = 660, 270  # pixels of the corner that is kept: 9 × 4 digits, or 5 maps with their translations
SMALL = (WIDE // 2, HIGH // 2)
MOST_BYTES = 30_000  # 40 kB in a page, as text


def grid_of(model: str) -> str | None:
    """The path of the first picture that `sample` draws of a model; None if dvc.yaml does not have it."""
    try:
        return next((out for out in outs(entry(f"sample@{model}")) if out.endswith(".png")), None)
    except ParamsError:
        return None


def thumbnail(grid: str, model: str, commits: Iterable[str], files: Path) -> Picture | None:
    """A corner of the grid of the first of these commits whose grid is in DVC's cache; None if that of no one is.

    Args:
        files: the folder of the files in DVC's cache.
    """
    for commit in commits:
        record = read_record(show(commit, LOCK.as_posix()), stage := f"sample@{model}")
        md5 = record["outs"].get(grid) if record else None
        if md5 and (path := in_cache(files, md5)).exists():
            try:
                return small(open_picture(path, stage))
            except DataError:
                continue  # damaged: `dvc checkout` would tell, and it is no reason to show no leaderboard
    return None


def small(image: Image.Image) -> Picture:
    """The upper left corner of a grid of images, at most SMALL pixels."""
    white = (np.asarray(image) == 255).all(axis=2)
    corner = image.crop((0, 0, _end(white.all(axis=0), WIDE), _end(white.all(axis=1), HIGH)))
    corner.thumbnail(SMALL)
    return Picture(data_uri(lossy(corner, MOST_BYTES), "webp"), *corner.size, alt="")


def _end(gaps: NDArray[np.bool_], most: int) -> int:
    """Where to cut: after the last gap between images, so that no image is cut in two; without a gap, at `most`.

    Args:
        gaps: whether all pixels of a column (or row) are white, as between images of a grid.
    """
    if len(gaps) <= most:
        return len(gaps)
    late = np.flatnonzero(gaps[:most])
    return int(late[-1]) + 1 if len(late) and late[-1] > most // 2 else most
