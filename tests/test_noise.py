"""The standard deviations that scores report are right: a short form of `python -m benchmarks.noise`."""

import pandas as pd
import pytest

from benchmarks import noise


@pytest.fixture(scope="module", params=[noise.known, noise.moved], ids=["equal to real", "off"])
def rates(request: pytest.FixtureRequest) -> pd.DataFrame:
    """1,000 real images, and 6 times 8 equal sets of 200."""
    return noise.measure(request.param, real=1000, count=200, sets=8, groups=6).set_index("metric")


def test_equal_generators_are_seldom_told_apart(rates: pd.DataFrame) -> None:
    """5 % are expected. 168 pairs of 48 sets measure the rate to about 4 %."""
    assert rates["false alarms"].between(0, 0.13).all(), rates


def test_three_deviations_are_mostly_found(rates: pd.DataFrame) -> None:
    assert (rates["found"].drop("kid") > 0.65).all(), rates
    assert rates["found"]["kid"] > 0.5, rates  # its deviation is too large for generators as good as real images


def test_what_is_said_is_the_true_deviation(rates: pd.DataFrame) -> None:
    ratios = rates["said"] / rates["true deviation"]
    assert ratios.drop("kid").between(0.75, 1.5).all(), rates
    assert 0.75 < ratios["kid"] < 2, rates
