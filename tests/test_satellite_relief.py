"""Tiles of two maps of the Earth: aligned pairs, and no place in both training and test set."""

import numpy as np
import pytest

from gan.core.errors import DataError
from gan.core.params import SatelliteRelief, load
from gan.data import satellite_relief
from gan.data.satellite_relief import _places, read
from tests import tiny


@pytest.fixture
def small() -> SatelliteRelief:
    return tiny.params().prepare_data.domains.satellite_relief


@pytest.mark.parametrize("size", [32, 64])
def test_no_pixel_of_a_test_tile_is_in_training(size: int) -> None:
    params = load(tiny.ROOT / "params.yaml").prepare_data.domains.satellite_relief
    covered = {}
    for split, corners in _places(size, params).items():
        covered[split] = np.zeros((params.map_width // 2, params.map_width), bool)
        for y, x in corners:
            covered[split][y : y + size, x : x + size] = True
    assert covered["train"].any()
    assert covered["test"].any()
    assert not (covered["train"] & covered["test"]).any()


def test_tiles_show_the_same_place_on_both_maps_with_land_in_view(small: SatelliteRelief) -> None:
    sets = read(32, small)
    land = satellite_relief._land(small.map_width)
    for split, corners in _places(32, small).items():
        assert sets[f"{split}A"].shape == sets[f"{split}B"].shape == (len(corners), 32, 32, 3)
        for y, x in corners:
            assert small.land[0] <= land[y : y + 32, x : x + 32].mean() <= small.land[1]
    satellite, relief = (sets[f"train{domain}"].astype(float) for domain in "AB")
    blue = [pixels[..., 2] - pixels[..., 0] for pixels in (satellite, relief)]
    assert blue[1][blue[0] > 20].mean() > blue[1][blue[0] < 0].mean() + 20  # the sea is blue on both, the land is not


def test_the_land_mask_lies_the_right_way_up(small: SatelliteRelief) -> None:
    land = satellite_relief._land(360)  # a pixel a degree
    for longitude, latitude, expected in [(25, 25, 1), (-150, 0, 0), (135, -25, 1), (-100, 40, 1), (80, -30, 0)]:
        assert round(float(land[90 - latitude, longitude + 180])) == expected


def test_a_split_without_tiles_is_refused(small: SatelliteRelief) -> None:
    with pytest.raises(DataError, match="0 test tiles of 32"):
        read(32, small.model_copy(update={"test_longitudes": [[0.0, 1.0]]}))
