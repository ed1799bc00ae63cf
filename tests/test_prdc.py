"""Precision, recall, density and coverage against other packages, and in cases whose result is known."""

import numpy as np
import pytest
from prdc import compute_prdc
from torch_fidelity.metric_prc import calculate_precision_recall_full

from gan.distances.prdc import features_to_prdc, nearest_distances
from gan.features.features import Features

NAMES = ("precision", "recall", "density", "coverage")


def normal(seed: int, count: int, width: int = 8) -> Features:
    return np.random.default_rng(seed).normal(size=(count, width))


@pytest.mark.parametrize("nearest", [1, 3, 5])
@pytest.mark.parametrize("shift", [0.0, 0.7, 3.0])
def test_the_authors_package_says_the_same(nearest: int, shift: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gan.distances.prdc.BLOCK", 70)  # several blocks, the last not full
    real, fake = normal(0, 300), normal(1, 300) * 0.8 + shift
    ours = features_to_prdc(real, fake, nearest)
    assert {name: ours[name] for name in NAMES} == pytest.approx(compute_prdc(real, fake, nearest))


def test_torch_fidelity_says_the_same() -> None:
    import torch

    real, fake = (torch.from_numpy(features) for features in (normal(0, 300), normal(1, 300) * 0.8 + 0.5))
    precision, recall = calculate_precision_recall_full(fake, real, neighborhood=3)
    ours = features_to_prdc(real.numpy(), fake.numpy(), 3)
    assert (ours["precision"], ours["recall"]) == pytest.approx((precision, recall))


def test_equal_and_far_sets() -> None:
    real = normal(0, 200)
    same = features_to_prdc(real, real, 5)
    assert (same["precision"], same["recall"], same["coverage"]) == (1, 1, 1)
    assert set(features_to_prdc(real, real + 100, 5).values()) == {0.0}


def test_a_collapsed_generator_is_precise_and_covers_little() -> None:
    real = normal(0, 300)
    scores = features_to_prdc(real, real[:1] + normal(1, 300) * 1e-3, 5)
    assert scores["precision"] > 0.9
    assert scores["recall"] < 0.1
    assert scores["coverage"] < 0.1


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_deviations_are_those_of_fresh_images(shift: float) -> None:
    real = normal(0, 200)
    found = [features_to_prdc(real, normal(seed, 200) + shift, 5) for seed in range(1, 121)]
    for name in NAMES:
        fresh = np.std([one[name] for one in found])
        said = np.sqrt(np.mean([one[f"{name}_std"] ** 2 for one in found]))
        assert said == pytest.approx(fresh, rel=0.25), name


def test_of_the_larger_set_the_same_images_are_looked_at_for_every_generator() -> None:
    """All real images have equal distances, so a copy of one, moved away from the others, lies only in its ball."""
    real = np.eye(60)

    def looked_at(scale: float) -> list[int]:
        near = [features_to_prdc(real, real[[row] * 25] * scale, 5) for row in range(60)]
        return [row for row, scores in enumerate(near) if scores["precision"] == 1]

    assert len(looked_at(1.01)) == 25
    assert looked_at(1.02) == looked_at(1.01)


def test_real_images_that_differ_by_rounding_alone_and_fakes_among_them() -> None:
    """Every fake lies in every ball: the probability that half of them miss an image is 0 in float64."""
    real = normal(0, 1200) * 1e-9
    scores = features_to_prdc(real, np.zeros_like(real), 1199)
    assert scores["coverage"] == 1
    assert scores["coverage_std"] == 0


def test_few_images_have_fewer_neighbours() -> None:
    scores = features_to_prdc(normal(0, 3), normal(1, 150), 5)
    assert scores.keys() == {*NAMES, *(f"{name}_std" for name in NAMES)}


def test_nearest_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gan.distances.prdc.BLOCK", 4)
    train, made = normal(0, 50), normal(1, 10)
    made[3] = train[17]
    distances, nearest = nearest_distances(made, train)
    plain = np.linalg.norm(made[:, None] - train[None], axis=-1)
    np.testing.assert_allclose(distances, plain.min(axis=1), atol=1e-6)
    assert (nearest == plain.argmin(axis=1)).all()
    assert nearest[3] == 17
