"""FID against closed forms, against the libraries, and where the covariance is singular."""

import warnings

import numpy as np
import pytest
from cleanfid.fid import frechet_distance
from hypothesis import given
from hypothesis import strategies as st

from gan.metrics.features import Features
from gan.metrics.frechet import Moments, exact_fid, fid, moments, sampling_std

BOTH = pytest.mark.parametrize("distance", [fid, exact_fid])


def normal(seed: int, count: int, width: int) -> Features:
    return np.random.default_rng(seed).normal(size=(count, width))


def of(features: Features) -> Moments:
    return moments([features])


@BOTH
def test_equal_sets_are_0_apart(distance) -> None:  # type: ignore[no-untyped-def]
    features = of(normal(0, 200, 8))
    assert distance(features, features) == pytest.approx(0, abs=1e-6)


@BOTH
def test_equal_covariance_leaves_the_squared_distance_of_the_means(distance) -> None:  # type: ignore[no-untyped-def]
    features, shift = normal(0, 200, 8), np.arange(8.0)
    assert distance(of(features), of(features + shift)) == pytest.approx((shift**2).sum())


@BOTH
def test_scaling_by_s_costs_the_variance_times_s_minus_1_squared(distance) -> None:  # type: ignore[no-untyped-def]
    features = normal(0, 500, 4)
    features -= features.mean(axis=0)
    variance = np.trace(np.cov(features, rowvar=False))
    assert distance(of(features), of(3 * features)) == pytest.approx(4 * variance)


@given(seed=st.integers(0, 1000), count=st.integers(2, 40), width=st.integers(1, 30), cut=st.integers(1, 39))
def test_moments_in_parts_are_those_of_the_whole(seed: int, count: int, width: int, cut: int) -> None:
    features = normal(seed, count, width) * 1e-3 + 1e3  # a mean that would swallow the digits of a plain sum of squares
    parts = moments(part for part in (features[:cut], features[cut:]) if len(part))
    assert parts.count == count
    np.testing.assert_allclose(parts.mean, features.mean(axis=0))
    np.testing.assert_allclose(parts.covariance, np.atleast_2d(np.cov(features, rowvar=False)), atol=1e-11)


def test_a_small_set_is_exactly_0_from_itself() -> None:
    """SciPy's root in clean-fid makes it −2e-5 or so: covariances of 60 images in 200 dimensions are singular."""
    features = of(normal(0, 60, 200))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = float(frechet_distance(features.mean, features.covariance, features.mean, features.covariance))
    ours = fid(features, features)
    assert abs(ours) < 1e-9
    assert abs(theirs) > 10 * abs(ours)


def test_a_wrong_library_is_named_and_not_believed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As SciPy was in some releases: an imaginary part of 1e111, or a root that is plainly wrong."""
    real, fake = of(normal(0, 40, 60)), of(normal(1, 50, 60) + 0.5)
    right = fid(real, fake)
    assert capsys.readouterr().err == ""

    def imaginary(*_: object) -> float:
        raise ValueError("Imaginary component 1.2e+111")

    for broken, said in (
        (imaginary, "clean-fid fails: Imaginary component"),
        (lambda *_: 1e6, "clean-fid finds 1e+06"),
    ):
        monkeypatch.setattr("gan.metrics.frechet.frechet_distance", broken)
        assert fid(real, fake) == right
        assert said in capsys.readouterr().err


def test_where_nobody_checks_the_library_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    real, fake = of(normal(0, 40, 60)), of(normal(1, 50, 60))
    expected = fid(real, fake)
    monkeypatch.setattr("gan.metrics.frechet.frechet_distance", lambda *_: 1 / 0)
    assert fid(real, fake, check=False) == expected


@pytest.mark.parametrize("width", [6, 60])
def test_the_deviation_is_that_of_fresh_images(width: int) -> None:
    """Of fresh sets from the same distribution, to a quarter; with more images than features, and with fewer."""
    real = of(normal(0, 400, width))
    sets = [normal(seed, 50, width) * 1.3 + 0.2 for seed in range(1, 120)]
    fresh = np.std([exact_fid(real, of(one)) for one in sets])
    estimates = [sampling_std(real, one, 20, seed=0) for one in sets[:20]]
    assert np.mean(estimates) == pytest.approx(fresh, rel=0.25)


def test_fewer_than_eight_images_tell_nothing_of_it() -> None:
    assert np.isnan(sampling_std(of(normal(0, 40, 6)), normal(1, 7, 6), 5, seed=0))
