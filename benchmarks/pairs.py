"""Are CycleGAN's defaults made for the maps alone? Pairs of domains unlike them, made from what packages hold.

* `relief`: the satellite's view and a shaded relief, which `satellite_relief` prepares itself.
* `glyphs`: characters in one saturated colour on plain white, filled (A) and as outlines on a coloured plate (B), in
  two typefaces.
* `drawings`: tiles of photographs in colour (A), and tiles of others as drawings, dark lines on white (B).

`python -m benchmarks.pairs FOLDER` writes the images and prints a command for each pair. The command trains the default
CycleGAN on it, for as many steps as on the maps. When all have run, `python -m benchmarks.pairs` writes their scores to
benchmarks/pairs.csv.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import skimage
from matplotlib.colors import hsv_to_rgb
from matplotlib.ft2font import FT2Font
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from skimage.filters import sobel

from gan.commands.compare import table
from gan.core.images import Uint8
from gan.run.errors import clean_exit

FOUND = Path(__file__).with_name("pairs.csv")
SHOWN = ["pair", "direction", "checkpoint", "kid", "kid_std", "fid", "fid_std", "seed", "dtype", "libraries"]
SIZE = 64  # pixels
COUNTS = {"train": 800, "test": 200}
FONTS = {"A": "DejaVuSans-Bold.ttf", "B": "DejaVuSerif-Bold.ttf"}
CHARACTERS = range(0x21, 0x3000)
PHOTOS = {"A": ("astronaut", "coffee", "chelsea"), "B": ("motorcycle_left", "rocket", "retina")}
Random = np.random.Generator
Draw = Callable[[Random], Uint8]


def glyph(domain: str) -> Draw:
    """A character of random size and colour: filled, or as an outline on a plate of the same colour."""
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / FONTS[domain]
    known = [code for code in FT2Font(str(path)).get_charmap() if code in CHARACTERS and chr(code).isprintable()]

    def draw(random: Random) -> Uint8:
        colour = tuple(int(255 * part) for part in hsv_to_rgb((random.random(), random.uniform(0.7, 1), 0.9)))
        image = Image.new("RGB", (SIZE, SIZE), "white")
        font = ImageFont.truetype(str(path), int(random.integers(30, 48)))
        pen, middle = ImageDraw.Draw(image), (SIZE // 2, SIZE // 2)
        letter = chr(known[random.integers(len(known))])
        if domain == "A":
            pen.text(middle, letter, colour, font, "mm")
        else:
            pen.rounded_rectangle((4, 4, SIZE - 5, SIZE - 5), 12, colour)
            pen.text(middle, letter, colour, font, "mm", stroke_width=2, stroke_fill="white")
        return np.asarray(image)

    return draw


def photo(domain: str) -> Draw:
    """A tile of a photograph at half of its size: in colour, or the strength of its edges as a drawing."""
    folder = Path(skimage.__file__).parent / "data"
    found = [next(folder.glob(f"{name}.*")) for name in PHOTOS[domain]]
    pictures = [np.asarray(Image.open(path).convert("RGB").reduce(2)) for path in found]

    def draw(random: Random) -> Uint8:
        picture = pictures[random.integers(len(pictures))]
        top, left = (random.integers(side - SIZE + 1) for side in picture.shape[:2])
        tile = picture[top : top + SIZE, left : left + SIZE]
        return tile if domain == "A" else _drawn(tile)

    return draw


def _drawn(tile: Uint8) -> Uint8:
    """Dark lines on white where brightness changes."""
    edges: NDArray[np.float64] = sobel(tile.mean(-1) / 255)
    lines = (255 * (1 - np.clip(6 * edges, 0, 1))).astype(np.uint8)
    return np.repeat(lines[..., None], 3, axis=-1)


PAIRS: dict[str, Callable[[str], Draw]] = {"glyphs": glyph, "drawings": photo}


def written(folder: Path) -> None:
    """Write the images of all pairs."""
    for pair, kind in PAIRS.items():
        for domain in "AB":
            draw, random = kind(domain), np.random.default_rng([len(pair), ord(domain)])
            for split, count in COUNTS.items():
                place = folder / pair / f"{split}{domain}"
                place.mkdir(parents=True, exist_ok=True)
                for number in range(count):
                    Image.fromarray(draw(random)).save(place / f"{number:04d}.png")


def commands(folder: Path) -> list[str]:
    """A command for each pair."""
    change, longer = "-S prepare_data.domains", "-S train_cyclegan.epochs=2 -S train_cyclegan.decay_epochs=4"
    settings = {"relief": f"{change}.source=satellite_relief"} | {
        pair: f"{change}.source=folder {change}.folder={(folder / pair).resolve()} {longer}" for pair in PAIRS
    }
    return [f"dvc exp run --temp -n pair-{pair} {given} evaluate@cyclegan" for pair, given in settings.items()]


def gathered() -> pd.DataFrame:
    """The scores of the experiments that the commands made."""
    scores = pd.concat([table(f"pair-{pair}").assign(pair=pair) for pair in ("relief", *PAIRS)])
    return scores.query("model == 'cyclegan' and checkpoint in ('start', 'best', 'floor')")[SHOWN]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pairs", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="of the images; without it, scores are gathered")
    given = parser.parse_args()
    if given.folder:
        written(given.folder)
        print(*commands(given.folder), sep="\n")
    else:
        gathered().to_csv(FOUND, index=False, float_format="%.6g")
        print(f"{FOUND} has the scores")


if __name__ == "__main__":
    with clean_exit():
        main()
