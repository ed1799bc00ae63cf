"""Conversion of pixels in both directions, and the layout of grids."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gan.core.images import grid, save_png, to_rgb
from gan.core.tensors import to_float, to_uint8


def test_every_byte_survives_the_way_to_float_and_back() -> None:
    every = torch.arange(256, dtype=torch.uint8).reshape(1, 16, 16, 1)
    scaled = to_float(every)
    assert (scaled.min().item(), scaled.max().item()) == (-1.0, 1.0)
    np.testing.assert_array_equal(to_uint8(scaled), every.numpy())


def test_out_of_range_is_clipped_not_wrapped() -> None:
    assert to_uint8(torch.tensor([-9.0, 9.0]).reshape(1, 1, 1, 2)).ravel().tolist() == [0, 255]


def test_axes_move_as_said() -> None:
    images = torch.arange(24, dtype=torch.uint8).reshape(1, 2, 4, 3)
    assert to_float(images).shape == (1, 3, 2, 4)
    assert to_float(images)[0, 2, 1, 3].item() == pytest.approx(23 / 127.5 - 1)


def test_a_grid_places_each_image_row_by_row_and_enlarges_it() -> None:
    images = np.arange(1, 6, dtype=np.uint8).reshape(5, 1, 1, 1)
    sheet = grid(images, columns=3, pad=1, zoom=2)
    assert sheet.shape == (2 * 3 + 1, 3 * 3 + 1, 3)
    assert [sheet[1, 1, 0], sheet[2, 5, 0], sheet[1, 7, 0], sheet[4, 1, 0], sheet[5, 5, 0]] == [1, 2, 3, 4, 5]
    assert sheet[0].min() == 255
    assert sheet[5, 8].tolist() == [255] * 3  # the place of a sixth stays white


def test_grey_becomes_three_equal_channels() -> None:
    assert to_rgb(np.full((1, 1, 1, 1), 7, np.uint8)).tolist() == [[[[7, 7, 7]]]]


def test_png_is_lossless_and_reproducible(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    for name in ("a.png", "b.png"):
        save_png(image, tmp_path / "new" / name)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "new" / "a.png")), image)
    assert (tmp_path / "new" / "a.png").read_bytes() == (tmp_path / "new" / "b.png").read_bytes()
