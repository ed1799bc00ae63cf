"""KID against its definition and clean-fid, its deviation against fresh images, and its seeds."""

import itertools

import numpy as np
import pytest
from cleanfid.fid import kernel_distance

from gan.distances import kid
from gan.distances.kid import features_to_kid, subset_std, sums_of_h, zetas
from gan.features.features import Features


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
    kid, _ = features_to_kid(real, fake)
    assert kid == pytest.approx(mmd(real, fake))


def test_it_is_clean_fids_with_one_subset_of_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gan.distances.kid.BLOCK", 30)  # several blocks, the last not full
    real, fake = normal(0, 100), normal(1, 100) * 1.2 + 0.3
    expected = kernel_distance(real, fake, num_subsets=1, max_subset_size=100)
    assert features_to_kid(real, fake)[0] == pytest.approx(expected)


def test_equal_distributions_score_about_0_on_either_side() -> None:
    scores = [features_to_kid(normal(seed, 100), normal(seed + 50, 100))[0] for seed in range(20)]
    assert min(scores) < 0 < max(scores)
    assert abs(np.mean(scores)) < 0.05


@pytest.mark.parametrize("equal", [True, False])
def test_its_variance_is_estimated_without_bias(equal: bool) -> None:
    """Over all 5⁴ draws of 4 images from 5, the mean of the estimates is exactly the variance."""
    population = normal(0, 5)
    real = population if equal else normal(1, 7) + 0.5
    found = []
    for chosen in itertools.product(range(5), repeat=4):
        fake = population[list(chosen)]
        zeta_1, zeta_2 = zetas(*sums_of_h(real, fake))
        found.append((features_to_kid(real, fake, 0.0)[0], (4 * 2 * zeta_1 + 2 * zeta_2) / 12))
    kids, variances = np.array(found).T
    assert variances.mean() == pytest.approx(kids.var(), rel=1e-9)


@pytest.mark.parametrize("shift", [0.2, 1.0])
@pytest.mark.parametrize("count", [30, 200])
def test_its_deviation_is_that_of_fresh_images(count: int, shift: float) -> None:
    """The estimate of the variance is unbiased, so its mean over 300 sets is about the variance of their KIDs."""
    real = normal(0, 150)
    found = [features_to_kid(real, normal(seed, count) + shift, 0.0) for seed in range(1, 301)]
    kids, stds = np.array(found).T
    assert np.sqrt(np.mean(stds**2)) == pytest.approx(np.std(kids), rel=0.2)


def test_a_few_images_have_a_score_and_no_deviation() -> None:
    real, fake = normal(0, 20), normal(1, 3)
    kid, std = features_to_kid(real, fake)
    assert kid == pytest.approx(mmd(real, fake))
    assert np.isnan(std)


def test_the_spread_of_subsets_has_seeds_that_seed_and_leaves_the_callers_state() -> None:
    real, fake = normal(0, 60), normal(1, 60) + 0.3
    np.random.seed(7)
    expected = np.random.random()
    np.random.seed(7)
    first = subset_std(real, fake, 5, 30, seed=1)
    assert np.random.random() == expected
    assert subset_std(real, fake, 5, 30, seed=1) == first
    assert subset_std(real, fake, 5, 30, seed=2) != first


def test_the_deviation_over_subsets_is_clean_fids(monkeypatch: pytest.MonkeyPatch) -> None:
    """clean-fid gets the same subsets, and shuffles each of them, which changes nothing."""
    real, fake = normal(0, 80), normal(1, 60) + 0.3
    drawn: list[Features] = []
    some = kid._some

    def watched(features: Features, size: int, rng: np.random.Generator) -> Features:
        drawn.append(some(features, size, rng))
        return drawn[-1]

    monkeypatch.setattr(kid, "_some", watched)
    ours = subset_std(real, fake, 5, 30, seed=1)
    pairs = zip(drawn[::2], drawn[1::2], strict=True)
    theirs = [kernel_distance(one, other, num_subsets=1, max_subset_size=30) for one, other in pairs]
    assert len(theirs) == 5
    assert ours == pytest.approx(np.std(theirs), rel=1e-6)
