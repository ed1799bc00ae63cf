"""Inception Score against closed forms and torch-fidelity."""

import numpy as np
import pytest
import torch
from torch_fidelity.metric_isc import KEY_METRIC_ISC_MEAN, KEY_METRIC_ISC_STD, isc_features_to_metric

from gan.metrics.inception_score import probabilities_to_score


def test_sure_and_even_over_n_classes_is_n() -> None:
    assert probabilities_to_score(np.tile(np.eye(7), (100, 1)), 1, seed=0) == pytest.approx((7, 0))


def test_the_same_guess_for_every_image_is_1() -> None:
    guess = np.random.default_rng(0).dirichlet(np.ones(9))
    assert probabilities_to_score(np.tile(guess, (100, 1)), 10, seed=0) == pytest.approx((1, 0))


def test_torch_fidelity_says_the_same_of_one_split() -> None:
    logits = torch.randn(500, 20, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 3
    theirs = isc_features_to_metric(logits, splits=1, shuffle=False)
    ours = probabilities_to_score(logits.softmax(dim=1).numpy(), 1, seed=0)
    assert ours == pytest.approx((theirs[KEY_METRIC_ISC_MEAN], theirs[KEY_METRIC_ISC_STD]))


def test_few_images_make_few_splits() -> None:
    assert probabilities_to_score(np.eye(3), 10, seed=0) == pytest.approx((1, 0))
