"""`python -m gan translate`: pictures of any size into the other domain, by a model that was trained."""

import argparse
import tempfile
from functools import partial
from pathlib import Path, PurePosixPath

from gan.commands.arguments import above_zero
from gan.commands.data import path
from gan.commands.source import add_source, trained
from gan.datasets.collection import Reject, shown
from gan.datasets.packing import quiet_pillow
from gan.run.errors import DataError
from gan.run.progress import Progress
from gan.use.pictures import Found, Picture, Reading, find, read
from gan.use.places import destinations, needs_force
from gan.use.trained import Trained
from gan.use.whole import TILE

MEGAPIXELS = 100.0

EXAMPLE = """examples:
  python -m gan translate photo.jpg map.png --direction a2b     the workspace's best checkpoint
  python -m gan translate photos maps --direction a2b wide-1    a folder, by an experiment
  python -m gan translate 'photos/**/*.jpg' maps --direction a2b cyclegan.safetensors
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("translate", epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", metavar="INPUT", help="a picture, a folder, a zip or tar, or a pattern in quotes")
    parser.add_argument("output", metavar="OUTPUT", type=path, help="a folder; of one picture, also a file")
    add_source(parser)
    parser.add_argument("--direction", required=True, help="a2b or b2a")
    parser.add_argument("--force", action="store_true", help="write over files that are there")
    parser.add_argument(
        "--max-megapixels", type=above_zero, default=MEGAPIXELS, help="a larger picture is not read; %(default)s"
    )
    parser.add_argument(
        "--tile", type=int, default=TILE, help="side of the parts of a large picture; %(default)s pixels"
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Translate what can be read, and name the rest.

    Raises:
        GanError: there is no picture or no such checkpoint, a file is there already, or a picture could not be read.
    """
    with tempfile.TemporaryDirectory(prefix="gan-translate-") as scratch, quiet_pillow():
        found = find(given.input, Path(scratch))
        places = destinations(found, given.output, given.force)
        model = trained(given, lambda use: use.directions)
        model.direction(given.direction)  # refuses an unknown one before any work
        with needs_force(places, given.force):
            failed = _translate(found, places, model, given)
    done, all_failed = len(places) - len(failed), found.pictures.rejected + failed
    print(f"{done} of {done + len(all_failed)} pictures by {model}, {given.direction}: {given.output}")
    if all_failed:
        lines = [f"\n  {shown(name)}: {reason}" for name, reason in all_failed]
        raise DataError(f"{len(all_failed)} could not be read:{''.join(lines)}")


def _translate(found: Found, places: list[Path], model: Trained, given: argparse.Namespace) -> list[Reject]:
    """Write each translation; returns what could not be read, with the reasons."""
    failed: list[Reject] = []
    how = Reading(model.direction(given.direction).inputs, given.max_megapixels)
    with Progress(f"{model.model} {given.direction}", len(places), "pictures") as progress:
        for index, (name, place) in enumerate(zip(found.pictures.names, places, strict=True)):
            note = partial(_note, progress, name)
            try:
                picture = read(found.pictures, index, how)
            except DataError as error:
                failed.append((name, str(error)))
            else:
                made = model.whole(picture.pixels[None], given.direction, given.tile, note)
                Picture(made[0], picture.profile).save(place)
            progress.advance(1)
    return failed


def _note(progress: Progress, name: str, text: str) -> None:
    progress.advance(0, f"{PurePosixPath(name).name}: {text}")
