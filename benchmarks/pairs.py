"""Pairs of domains unlike the maps, made from what packages hold: `python -m benchmarks.pairs FOLDER` writes them.

* `glyphs`: characters in one saturated colour on plain white, filled (A) and as outlines on a coloured plate (B), in
  two typefaces.
* `drawings`: tiles of photographs in colour (A), and tiles of others as drawings, dark lines on white (B).

`-S prepare_data.domains.source=folder -S prepare_data.domains.folder=FOLDER/glyphs` trains on one.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
import skimage
from matplotlib.colors import hsv_to_rgb
from matplotlib.ft2font import FT2Font
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from skimage.filters import sobel

from gan.core.images import Uint8

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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pairs", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    for pair, kind in PAIRS.items():
        for domain in "AB":
            draw, random = kind(domain), np.random.default_rng([len(pair), ord(domain)])
            for split, count in COUNTS.items():
                place = given.folder / pair / f"{split}{domain}"
                place.mkdir(parents=True, exist_ok=True)
                for number in range(count):
                    Image.fromarray(draw(random)).save(place / f"{number:04d}.png")


if __name__ == "__main__":
    main()
