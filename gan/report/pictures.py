"""Pictures inside a page: PNGs that stages have drawn, as small as they go, in data URIs."""

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gan.core.images import Images, evenly, grid
from gan.run.errors import DataError

LOSSLESS_BYTES = 250_000  # a picture that is larger without loss is compressed with loss; a page has 12 or more
QUALITIES = (92, 85, 75, 60)  # of WebP, tried in this order
SHEET_COLUMNS, SHEET_ROWS = 12, 3
WIDEST = 700  # pixels; wider pictures are shrunk on most screens, where hard pixels would become noise


@dataclass(frozen=True)
class Picture:
    """A picture in a page.

    Args:
        uri: its content, `data:…`.
        alt: what it is, in a few words, for who does not see it.
        caption: what one sees, row by row.
        name: stands before the caption.
    """

    uri: str
    width: int
    height: int
    alt: str
    caption: str = ""
    name: str = ""

    @property
    def is_small(self) -> bool:
        """Whether a screen shows it at its full size, so that pixels may stay hard."""
        return self.width <= WIDEST


@contextmanager
def readable(path: Path, stage: str) -> Iterator[None]:
    """Reading the picture at `path`, which `stage` draws.

    Raises:
        DataError: it is missing or damaged.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing; `dvc repro {stage}` draws it") from error
    except (OSError, SyntaxError, ValueError) as error:  # Pillow's SyntaxError: a file cut short
        raise DataError(f"{path} is no picture ({error}); `dvc checkout --force {path}` restores it") from error


def open_picture(path: Path, stage: str) -> Image.Image:
    """A picture as RGB; raises as `readable`."""
    with readable(path, stage), Image.open(path) as picture:
        return picture.convert("RGB")


def still(path: Path, stage: str) -> Picture:
    """A picture of a stage, without loss where that is small; raises as `readable`."""
    image = open_picture(path, stage)
    small = _without_loss(image)
    content, kind = min((path.read_bytes(), "png"), (small, "webp"), key=lambda one: len(one[0]))
    if len(content) > LOSSLESS_BYTES:
        content, kind = lossy(image, LOSSLESS_BYTES), "webp"
    return Picture(data_uri(content, kind), *image.size, path.stem)


def sheet(images: Images) -> Picture:
    """Evenly spaced images of a set (N, H, W, C)."""
    some = evenly(images, SHEET_COLUMNS * SHEET_ROWS)
    image = Image.fromarray(grid(some, SHEET_COLUMNS, zoom=max(1, 48 // some.shape[1])))
    small = _without_loss(image)
    content = small if len(small) <= LOSSLESS_BYTES else lossy(image, LOSSLESS_BYTES)
    return Picture(data_uri(content, "webp"), *image.size, "images")


def lossy(image: Image.Image, most: int) -> bytes:
    """WebP of at most so many bytes: of less quality, and then of half the width and height, until it fits."""
    while True:
        for quality in QUALITIES:
            content = webp(image, quality=quality)
            if len(content) <= most or max(image.size) < 2:
                return content
        image = image.reduce(2)


def webp(image: Image.Image, **options: object) -> bytes:
    """The picture as WebP, with Pillow's options; the same pixels give the same bytes."""
    content = io.BytesIO()
    image.save(content, "WEBP", **options)
    return content.getvalue()


def data_uri(content: bytes, kind: str) -> str:
    """A URI that holds the content of a picture."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _without_loss(image: Image.Image) -> bytes:
    return webp(image, lossless=True, method=0)
