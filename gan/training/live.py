"""What a training shows while it runs: its losses and previews, in a folder that does not move."""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from gan.run.paths import RUNS, main_repository
from gan.training.history import Row, write_losses

LOSSES, PREVIEWS = "losses.csv", "previews"
EVERY = 1.0  # seconds between two looks at most, so that a fast GPU does not wait for the disk


def folder_of(stage: str) -> Path:
    """`runs/<stage>` of the main repository; for an experiment `runs/<its name>/<stage>`."""
    return main_repository() / RUNS / os.environ.get("DVC_EXP_NAME", "") / stage


class Live:
    """`losses.csv` and `previews/` of a training in a folder, each file whole at any moment.

    They stay when the training ends or is killed, until the next training of this name starts. No result depends on
    them: a folder that cannot be written is passed over.

    Args:
        folder: where; None shows nothing.
        previews: the folder from which previews are copied, named by their step.
        rows: those of an earlier start, which this one resumes.
    """

    def __init__(self, folder: Path | None, previews: Path, rows: list[Row]) -> None:
        self.folder, self.previews = folder, previews
        self.updated = -EVERY
        if folder:
            shutil.rmtree(folder / PREVIEWS, ignore_errors=True)  # not the folder: it may be an experiment's name too
            with suppress(OSError):
                (folder / LOSSES).unlink()
            self.show(rows, row=bool(rows), preview=False)

    def show(self, rows: list[Row], row: bool, preview: bool) -> None:
        """Bring the folder up to date, at once if there is a new preview, in time if there is a new row."""
        if not self.folder or not (preview or (row and time.monotonic() - self.updated >= EVERY)):
            return
        self.updated = time.monotonic()
        with suppress(OSError):
            part = self.folder / f"{LOSSES}.part"
            write_losses(part, rows)
            part.replace(part.with_suffix(""))
            for picture in self.previews.glob("*.png"):
                _copied(picture, self.folder / PREVIEWS / picture.name)


def _copied(picture: Path, place: Path) -> None:
    if not place.exists():
        place.parent.mkdir(exist_ok=True)
        part = place.with_suffix(".part")
        shutil.copyfile(picture, part)
        part.replace(place)
