"""Distances to the true translation, against closed forms."""

import numpy as np
import pytest

from gan.core.images import Uint8
from gan.metrics import aligned


@pytest.fixture
def truth() -> Uint8:
    return np.random.default_rng(0).integers(60, 180, (4, 32, 32, 3), np.uint8)


def test_the_truth_itself_is_perfect(truth: Uint8) -> None:
    assert aligned.scores(truth, truth) == {"psnr": np.inf, "psnr_blocks": np.inf, "ssim": pytest.approx(1), "l1": 0}


def test_an_offset_of_10_is_28_decibels(truth: Uint8) -> None:
    expected = 10 * np.log10(255**2 / 10**2)
    assert aligned.psnr(truth + 10, truth) == pytest.approx(expected)
    assert aligned.psnr_blocks(truth - 10, truth) == pytest.approx(expected)
    assert aligned.l1(truth - 10, truth) == 10  # and no wrap-around of unsigned bytes


def test_it_is_the_mean_over_images_and_not_that_of_the_pooled_error(truth: Uint8) -> None:
    """Offsets of 1 and 10 give 48.13 and 28.13 dB, so 38.13; the pooled error, of 1 and 100, would give 31.1."""
    made = truth[:2] + np.array([1, 10], np.uint8)[:, None, None, None]
    assert aligned.psnr(made, truth[:2]) == pytest.approx(38.13, abs=0.01)
    assert aligned.psnr_blocks(made, truth[:2]) == pytest.approx(38.13, abs=0.01)


def test_blocks_forgive_what_happens_inside_them(truth: Uint8) -> None:
    flipped = truth.reshape(4, 4, 8, 4, 8, 3)[:, :, ::-1].reshape(truth.shape)  # each block upside down
    assert aligned.psnr_blocks(flipped, truth) == np.inf
    assert aligned.psnr(flipped, truth) < 20


def test_no_constant_beats_the_best_one(truth: Uint8) -> None:
    best = aligned.psnr(aligned.best_constant(truth), truth)
    for step in (-3, 3):
        other = (aligned.best_constant(truth).astype(int) + step).astype(np.uint8)
        assert aligned.psnr(other, truth) < best


def test_sizes_that_blocks_do_not_divide(truth: Uint8) -> None:
    assert aligned.psnr_blocks(truth[:, :30, :28] + 10, truth[:, :30, :28]) == pytest.approx(28.13, abs=0.01)
