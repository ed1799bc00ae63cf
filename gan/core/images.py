"""Images as uint8 arrays, and as grids for people."""

import io
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan.run.files import write_whole

Uint8 = NDArray[np.uint8]


class Images(Protocol):
    """uint8 (N, H, W, C): an array, or an object that reads the chosen images from disk."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __len__(self) -> int: ...

    def __getitem__(self, chosen: slice | NDArray[np.intp], /) -> Uint8: ...


def to_rgb(images: Uint8) -> Uint8:
    """NHWC with 1 or 3 channels to NHWC with 3: grey is repeated."""
    return np.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images


def grid(images: Uint8, columns: int, pad: int = 2, zoom: int = 1) -> Uint8:
    """Lay images (N, H, W, 1 or 3) out row by row on white, `columns` to a row, as one image (H', W', 3).

    Args:
        pad: white pixels between images and around them.
        zoom: repeats every pixel so many times in both directions, so that small images are shown without smoothing.
    """
    # As torchvision.utils.make_grid, whose import would cost every stage two seconds.
    tiles = to_rgb(images).repeat(zoom, axis=1).repeat(zoom, axis=2)
    count, height, width, _ = tiles.shape
    rows = -(-count // columns)
    sheet = np.full((rows * (height + pad) + pad, columns * (width + pad) + pad, 3), 255, np.uint8)
    for index, tile in enumerate(tiles):
        top = (index // columns) * (height + pad) + pad
        left = (index % columns) * (width + pad) + pad
        sheet[top : top + height, left : left + width] = tile
    return sheet


def evenly(images: Images, count: int) -> Uint8:
    """`count` images at equal steps through the set, with the first and the last; all of them if there are fewer."""
    chosen = np.linspace(0, len(images) - 1, min(count, len(images))).round().astype(int)
    return np.ascontiguousarray(images[chosen])


def save_png(image: Uint8, path: Path) -> None:
    """Write one (H, W, 3) image; the same pixels give the same bytes."""
    content = io.BytesIO()
    Image.fromarray(image).save(content, "PNG", optimize=True)
    write_whole(path, content.getbuffer())
