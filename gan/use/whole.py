"""A picture of any size through a fully convolutional network, in tiles where it is large.

A tile is read with a margin as wide as the network sees (`Direction.reach`), which is cut off: so no tile shows its
borders. But a norm takes its statistics over the whole picture, and would have others in each tile. So they are taken
once, from the whole picture at a reduced size, and all tiles use them. `docs/use.md` says how near that comes.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from math import sqrt

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.run.errors import GanError
from gan.sampling.use import Direction

TILE = 1024  # pixels
LEAST = 8  # pixels of a side: the padding of the convolutions needs two pixels after two halvings
EPSILON = 1e-5  # of a norm, as everywhere in torch

Note = Callable[[str], None]
Span = tuple[int, int]


def whole(how: Direction, images: Uint8, tile: int, runtime: Runtime, note: Note) -> Uint8:
    """Images (N, H, W, inputs) of any size to (N, H, W, outputs), in one pass if a tile reads as many pixels.

    They are padded by reflection, on the right and below, to what the network takes.

    Args:
        tile: side in pixels of what a tile keeps.
        note: is told which tile is being translated.

    Raises:
        GanError: the tile is smaller than a pixel.
    """
    if tile < 1:
        raise GanError(f"tile {tile}: it must be at least 1 pixel")
    height, width = images.shape[1:3]
    padded = _padded(images, how.multiple)
    side = _up(tile, how.multiple)
    if padded.shape[1] * padded.shape[2] <= (side + 2 * how.reach) ** 2:
        made = how.run(runtime.place(how.network), padded, len(padded), runtime)
    else:
        made = np.stack([_tiled(how, image, side, runtime, note) for image in padded])
    return made[:, :height, :width]


def _padded(images: Uint8, multiple: int) -> Uint8:
    sides = images.shape[1:3]
    more = [(0, _up(max(side, LEAST), multiple) - side) for side in sides]
    return np.pad(images, [(0, 0), *more, (0, 0)], mode="reflect")


def _up(number: float, multiple: int) -> int:
    return int(-(-number // multiple)) * multiple


def _tiled(how: Direction, image: Uint8, side: int, runtime: Runtime, note: Note) -> Uint8:
    """One picture (H, W, inputs) in tiles, with the statistics of its reduced copy."""
    note("statistics of the whole picture")
    network = holding(how, reduced(image, side + 2 * how.reach, how.multiple), runtime)
    return in_tiles(how, network, image, side, runtime, note)


def holding(how: Direction, picture: Uint8, runtime: Runtime) -> nn.Module:
    """A copy of the network whose norms always use the statistics of this picture (1, H, W, inputs)."""
    network = deepcopy(how.network)
    for name, per_channel in how.norms.items():
        network.set_submodule(name, HeldNorm(per_channel))
    network = runtime.place(network)
    how.run(network, picture, 1, runtime)
    return network


def in_tiles(how: Direction, network: nn.Module, image: Uint8, side: int, runtime: Runtime, note: Note) -> Uint8:
    """One picture (H, W, inputs), of sides that the network takes, tile by tile; the network holds its statistics."""
    made = np.empty((*image.shape[:2], how.outputs), np.uint8)
    tiles = list(_tiles(image.shape[0], image.shape[1], side, how.reach))
    for number, ((rows, read_rows), (columns, read_columns)) in enumerate(tiles):
        note(f"tile {number + 1} of {len(tiles)}")
        part = how.run(network, image[None, slice(*read_rows), slice(*read_columns)], 1, runtime)[0]
        top, left = rows[0] - read_rows[0], columns[0] - read_columns[0]
        kept = part[top : top + rows[1] - rows[0], left : left + columns[1] - columns[0]]
        made[slice(*rows), slice(*columns)] = kept
    return made


def reduced(image: Uint8, side: int, multiple: int) -> Uint8:
    """An image (H, W, C) at the largest size with no more pixels than side², each the mean of those that it covers."""
    height, width = image.shape[:2]
    scale = side / sqrt(height * width)
    sides = [max(_up(length * scale - multiple + 1, multiple), _up(LEAST, multiple)) for length in (width, height)]
    grey = image.shape[2] == 1
    small = Image.fromarray(image[..., 0] if grey else image).resize((sides[0], sides[1]), Image.Resampling.BOX)
    return np.array(small).reshape(1, sides[1], sides[0], image.shape[2])


def _tiles(height: int, width: int, side: int, reach: int) -> Iterator[tuple[tuple[Span, Span], tuple[Span, Span]]]:
    """Of each tile the rows and the columns [from, to), each of what it keeps and of what it reads."""
    for rows in _spans(height, side, reach):
        for columns in _spans(width, side, reach):
            yield rows, columns


def _spans(length: int, side: int, reach: int) -> Iterator[tuple[Span, Span]]:
    for first in range(0, length, side):
        last = min(first + side, length)
        yield (first, last), (max(0, first - reach), min(length, last + reach))


class HeldNorm(nn.Module):
    """A norm without weights that uses the statistics of the first input (N, C, H, W) for all that follow.

    Args:
        per_channel: instance norm; else layer norm, over the pixels of all channels.
    """

    def __init__(self, per_channel: bool) -> None:
        super().__init__()
        self.per_channel = per_channel
        self.held: tuple[torch.Tensor, torch.Tensor] | None = None  # mean and variance, (C,) each

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.held is None:
            exact = x.to(torch.promote_types(x.dtype, torch.float32))
            dims = (0, 2, 3) if self.per_channel else (0, 1, 2, 3)
            variance, mean = torch.var_mean(exact, dims, correction=0)
            self.held = mean.expand(x.shape[1]).contiguous(), variance.expand(x.shape[1]).contiguous()
        return F.batch_norm(x, *self.held, eps=EPSILON)
