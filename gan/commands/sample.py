"""`python -m gan sample`: images from noise, by a model that was trained."""

import argparse
import math

import numpy as np

from gan.commands.arguments import at_least
from gan.commands.data import path
from gan.commands.source import add_source, trained
from gan.core.images import grid
from gan.run.errors import GanError
from gan.run.progress import Progress
from gan.sampling.use import Wanted
from gan.use.pictures import WRITTEN, Picture
from gan.use.places import needs_force, refuse_existing
from gan.use.trained import BATCH

SEEN = 64  # pixels; smaller images are enlarged in a grid, so that a person sees them

EXAMPLE = """examples:
  python -m gan sample --count 64 --out grid.png              the workspace's best checkpoint, as one picture
  python -m gan sample wide-1 --count 1000 --out images       an experiment, an image to a file
  python -m gan sample --count 16 --class 7 --truncation 1.5 --out sevens.png
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("sample", epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_source(parser)
    parser.add_argument("--count", type=at_least(1), default=64, help="images; %(default)s")
    parser.add_argument("--out", type=path, required=True, metavar="DIR|grid.png", help="a folder, or one picture")
    parser.add_argument("--seed", type=at_least(0), default=0, help="another seed, other images; %(default)s")
    parser.add_argument(
        "--class", dest="classes", action="append", default=[], metavar="NAME_OR_NUMBER",
        help="of a conditional model: show this class; several are shown in turn; default: all",
    )  # fmt: skip
    parser.add_argument("--truncation", type=float, help="largest number in a latent: 1.5 makes images more usual")
    parser.add_argument("--force", action="store_true", help="write over files that are there")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Write the images to a folder, or as a grid.

    Raises:
        GanError: there is no such checkpoint, it makes nothing from noise, or a file is there already.
    """
    wanted = Wanted(given.count, given.seed, tuple(given.classes), given.truncation, BATCH)
    as_grid = given.out.suffix.lower() in WRITTEN and not given.out.is_dir()
    if given.out.is_file() and not as_grid:
        raise GanError(f"{given.out} is a file; name a folder, or a picture that ends in {', '.join(WRITTEN)}")
    digits = len(str(given.count - 1))
    paths = [given.out] if as_grid else [given.out / f"{index:0{max(digits, 4)}d}.png" for index in range(given.count)]
    refuse_existing(paths, given.force)
    model = trained(given, lambda use: use.samples)
    batches = []
    with needs_force(paths, given.force), Progress(model.model, given.count, "images") as progress:
        for batch in model.batches(wanted):
            if as_grid:
                batches.append(batch)
            else:
                for image, place in zip(batch, paths[progress.done :], strict=False):
                    Picture(image).save(place)
            progress.advance(len(batch))
    if as_grid:
        images = np.concatenate(batches)
        Picture(grid(images, math.isqrt(given.count - 1) + 1, zoom=max(1, SEEN // images.shape[1]))).save(given.out)
    print(f"{given.count} images by {model}: {given.out}")
