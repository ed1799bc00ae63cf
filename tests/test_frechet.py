"""FID against closed forms and against clean-fid."""

from collections.abc import Callable

import numpy as np
import pytest
from cleanfid.fid import frechet_distance
from hypothesis import given
from hypothesis import strategies as st

from gan.metrics.features import Features
from gan.metrics.frechet import features_to_fid, features_to_fid_low_rank

Fid = Callable[[Features, Features], float]
BOTH = pytest.mark.parametrize("fid", [features_to_fid, features_to_fid_low_rank])


def normal(seed: int, count: int, width: int) -> Features:
    return np.random.default_rng(seed).normal(size=(count, width))


@BOTH
def test_equal_sets_are_0_apart(fid: Fid) -> None:
    features = normal(0, 200, 8)
    assert fid(features, features) == pytest.approx(0, abs=1e-6)


@BOTH
def test_equal_covariance_leaves_the_squared_distance_of_the_means(fid: Fid) -> None:
    features, shift = normal(0, 200, 8), np.arange(8.0)
    assert fid(features, features + shift) == pytest.approx((shift**2).sum())


@BOTH
def test_scaling_by_s_costs_the_variance_times_s_minus_1_squared(fid: Fid) -> None:
    features = normal(0, 500, 4)
    features -= features.mean(axis=0)
    variance = np.trace(np.cov(features, rowvar=False))
    assert fid(features, 3 * features) == pytest.approx(4 * variance)


def test_clean_fid_says_the_same() -> None:
    real, fake = normal(0, 300, 16), 1.5 * normal(1, 200, 16) + 1
    moments = [part for set_ in (real, fake) for part in (set_.mean(0), np.cov(set_, rowvar=False))]
    assert features_to_fid(real, fake) == pytest.approx(float(frechet_distance(*moments)))


@given(seed=st.integers(0, 1000), count=st.integers(2, 40), width=st.integers(2, 60))
def test_low_rank_is_the_same_number_for_small_sets(seed: int, count: int, width: int) -> None:
    real, fake = normal(seed, count, width), normal(seed + 1, count + 3, width) + 0.5
    # scipy's root of a singular matrix is good to about the square root of the machine's precision
    assert features_to_fid_low_rank(real, fake) == pytest.approx(features_to_fid(real, fake), rel=1e-4, abs=1e-4)
