"""FID against closed forms and libraries, also when the covariance is singular."""

import warnings

import numpy as np
import pytest
from cleanfid.fid import frechet_distance
from hypothesis import given
from hypothesis import strategies as st

from gan.distances.frechet import Moments, fid, moments, sampling_std
from gan.features.features import Features


def normal(seed: int, count: int, width: int) -> Features:
    return np.random.default_rng(seed).normal(size=(count, width))


def of(features: Features) -> Moments:
    return moments([features])


def test_equal_sets_are_0_apart() -> None:
    features = of(normal(0, 200, 8))
    assert fid(features, features) == pytest.approx(0, abs=1e-6)


def test_equal_covariance_leaves_the_squared_distance_of_the_means() -> None:
    features, shift = normal(0, 200, 8), np.arange(8.0)
    assert fid(of(features), of(features + shift)) == pytest.approx((shift**2).sum())


def test_scaling_by_s_costs_the_variance_times_s_minus_1_squared() -> None:
    features = normal(0, 500, 4)
    features -= features.mean(axis=0)
    variance = np.trace(np.cov(features, rowvar=False))
    assert fid(of(features), of(3 * features)) == pytest.approx(4 * variance)


@given(seed=st.integers(0, 1000), count=st.integers(2, 40), width=st.integers(1, 30), cut=st.integers(1, 39))
def test_moments_in_parts_are_those_of_the_whole(seed: int, count: int, width: int, cut: int) -> None:
    features = normal(seed, count, width) * 1e-3 + 1e3  # a mean that would swallow the digits of a plain sum of squares
    parts = moments(part for part in (features[:cut], features[cut:]) if len(part))
    assert parts.count == count
    np.testing.assert_allclose(parts.mean, features.mean(axis=0))
    np.testing.assert_allclose(parts.covariance, np.atleast_2d(np.cov(features, rowvar=False)), atol=1e-11)


def test_a_small_set_is_exactly_0_from_itself() -> None:
    """clean-fid, with SciPy's root, gives about −2e-5: covariances of 60 images in 200 dimensions are singular."""
    features = of(normal(0, 60, 200))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = float(frechet_distance(features.mean, features.covariance, features.mean, features.covariance))
    ours = fid(features, features)
    assert abs(ours) < 1e-9
    assert abs(theirs) > 10 * abs(ours)


@pytest.mark.parametrize("counts", [(400, 300), (40, 300), (40, 30), (400, 2)])
def test_it_is_clean_fids_of_enough_images_and_the_exact_one_of_few(counts: tuple[int, int]) -> None:
    """For few images, the tolerance is a hundredth, because SciPy's root in double precision is no more exact."""
    real, fake = normal(0, counts[0], 60), normal(1, counts[1], 60) * 1.3 + 0.5
    one, other = of(real), of(fake)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = float(frechet_distance(one.mean, one.covariance, other.mean, other.covariance))
    assert fid(one, other) == pytest.approx(theirs, rel=1e-9 if min(counts) > 60 else 1e-2)


@pytest.mark.parametrize("cuts", [[], [7], [1, 13]])
@pytest.mark.parametrize("count", [20, 60, 61, 200])
def test_the_factor_is_one_of_the_covariance(count: int, cuts: list[int]) -> None:
    found = moments(np.split(normal(0, count, 60) + 3, cuts))
    assert found.factor.shape == (60, min(count, 60))
    np.testing.assert_allclose(found.factor @ found.factor.T, found.covariance, atol=1e-12)


@pytest.mark.parametrize("width", [6, 60])
def test_the_deviation_is_that_of_fresh_images(width: int) -> None:
    """It equals that of fresh sets within a quarter, with more images than features and with fewer."""
    real = of(normal(0, 400, width))
    sets = [normal(seed, 50, width) * 1.3 + 0.2 for seed in range(1, 120)]
    fresh = np.std([fid(real, of(one)) for one in sets])
    estimates = [sampling_std(real, one, 20, seed=0) for one in sets[:20]]
    assert np.mean(estimates) == pytest.approx(fresh, rel=0.25)


def test_fewer_than_eight_images_tell_nothing_of_it() -> None:
    assert np.isnan(sampling_std(of(normal(0, 40, 6)), normal(1, 7, 6), 5, seed=0))
