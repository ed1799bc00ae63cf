"""KID against its definition, with seeds that seed."""

import numpy as np
import pytest

from gan.metrics.features import Features
from gan.metrics.kid import features_to_kid


def normal(seed: int, count: int) -> Features:
    return np.random.default_rng(seed).normal(size=(count, 6))


def mmd(real: Features, fake: Features) -> float:
    """Unbiased squared MMD with k(x, y) = (x·y / d + 1)³, pair by pair (Bińkowski et al. 2018, equation 4)."""

    def mean_kernel(one: Features, other: Features, same: bool) -> float:
        values = [
            (float(x @ y) / len(x) + 1) ** 3
            for i, x in enumerate(one)
            for j, y in enumerate(other)
            if not (same and i == j)
        ]
        return float(np.mean(values))

    return mean_kernel(real, real, True) + mean_kernel(fake, fake, True) - 2 * mean_kernel(real, fake, False)


def test_one_subset_of_everything_is_the_unbiased_mmd() -> None:
    real, fake = normal(0, 20), normal(1, 20) + 0.5
    kid, std = features_to_kid(real, fake, subsets=1, subset_size=20, seed=0)
    assert kid == pytest.approx(mmd(real, fake))
    assert std == 0


def test_equal_distributions_score_about_0_on_either_side() -> None:
    scores = [
        features_to_kid(normal(seed, 100), normal(seed + 50, 100), subsets=5, subset_size=50, seed=0)[0]
        for seed in range(20)
    ]
    assert min(scores) < 0 < max(scores)
    assert abs(np.mean(scores)) < 0.05


def test_the_seed_decides_and_the_callers_state_stays() -> None:
    real, fake = normal(0, 60), normal(1, 60) + 0.3
    np.random.seed(7)
    expected = np.random.random()
    np.random.seed(7)
    first = features_to_kid(real, fake, 5, 30, seed=1)
    assert np.random.random() == expected
    assert features_to_kid(real, fake, 5, 30, seed=1) == first
    assert features_to_kid(real, fake, 5, 30, seed=2) != first
