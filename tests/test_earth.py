"""Tiles of maps of the Earth: unpaired for training, true pairs for testing, no place used for both."""

from itertools import product

import numpy as np
import pytest

from gan.core.images import Uint8
from gan.datasets import earth
from gan.metrics import masks
from gan.params.prepare_data import Earth
from gan.params.schema import load
from gan.run.errors import DataError
from tests import tiny

DEFAULT = load(tiny.ROOT / "params.yaml").prepare_data.domains.earth


@pytest.fixture
def small() -> Earth:
    return tiny.params().prepare_data.domains.earth


@pytest.mark.parametrize("size", [32, 64])
def test_no_pixel_of_a_test_tile_is_in_training(size: int) -> None:
    """Checked for all places that tiles can be drawn from, with the default params."""
    columns = {}
    for split, corners in earth._places(size, DEFAULT).items():
        columns[split] = {x + offset for x, offset in product(set(corners[:, 1].tolist()), range(size))}
    assert len(columns["test"]) > 2 * size
    assert len(columns["train"]) > 2 * size
    assert not columns["train"] & columns["test"]


def test_every_place_has_its_land_and_lies_on_the_map() -> None:
    land = earth._land(DEFAULT.map_width)
    corners = np.concatenate(list(earth._places(64, DEFAULT).values()))
    for y, x in corners[:: len(corners) // 50]:
        assert land[y : y + 64, x : x + 64].mean() >= DEFAULT.least_land - 1e-6
    assert corners[:, 0].min() >= 150  # 60° N
    assert corners[:, 0].max() + 64 <= 750  # 60° S


def test_window_means_are_the_plain_ones() -> None:
    values = np.random.default_rng(0).random((9, 12))
    plain = [[values[y : y + 4, x : x + 4].mean() for x in range(9)] for y in range(6)]
    np.testing.assert_allclose(earth._window_means(values, 4), plain)


def read(source: str, params: Earth, seed: int) -> dict[str, Uint8]:
    sets = earth.collections(source, 32, params, seed)
    return {
        name: np.stack([np.asarray(tiles.open(index)) for index in range(len(tiles))]) for name, tiles in sets.items()
    }


@pytest.mark.parametrize("source", ["satellite_topography", "satellite_relief"])
def test_test_tiles_are_pairs_and_training_tiles_are_not(source: str, small: Earth) -> None:
    """By each domain's rule, the sea lies in the same places of testA[i] and testB[i], but not of training tiles."""
    sets = read(source, small, seed=0)
    assert {name: tiles.shape for name, tiles in sets.items()} == {
        **{f"train{domain}": (small.train_count, 32, 32, 3) for domain in "AB"},
        **{f"test{domain}": (small.test_count, 32, 32, 3) for domain in "AB"},
    }
    rules = earth.card(source, small)["mask"]["rules"]  # type: ignore[index]
    sea = {name: masks.mask(tiles, rules[name[-1]]) for name, tiles in sets.items()}
    assert (sea["testA"] == sea["testB"]).mean() > 0.97
    assert (sea["trainA"] == sea["trainB"]).mean() < 0.9


def test_the_seed_draws_the_places(small: Earth) -> None:
    sets = [read("satellite_topography", small, seed) for seed in (0, 0, 1)]
    for name in sets[0]:
        assert np.array_equal(sets[0][name], sets[1][name])
        assert not np.array_equal(sets[0][name], sets[2][name])


def test_the_land_mask_lies_the_right_way_up() -> None:
    land = earth._land(360)  # a pixel a degree
    for longitude, latitude, expected in [(25, 25, 1), (-150, 0, 0), (135, -25, 1), (-100, 40, 1), (80, -30, 0)]:
        assert round(float(land[90 - latitude, longitude + 180])) == expected


def test_a_split_without_tiles_is_refused(small: Earth) -> None:
    with pytest.raises(DataError, match="test: 0 places for 24 tiles; lower the count"):
        earth.collections("satellite_topography", 32, small.model_copy(update={"test_longitudes": [[0.0, 1.0]]}), 0)


def test_a_tile_is_called_by_where_its_middle_is(small: Earth) -> None:
    sets = earth.collections("satellite_topography", 32, small, 0)
    assert sets["testA"].names == sets["testB"].names
    places = np.array([[float(part) for part in name.split()] for name in sets["testA"].names])
    assert np.abs(places[:, 0]).max() < 60
    assert all(any(west <= x <= east for west, east in small.test_longitudes) for x in places[:, 1])
