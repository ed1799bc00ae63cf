"""Losses against numbers calculated by hand, and against torch's own losses."""

from math import log

import pytest
import torch
from torch.nn import functional as F

from gan.training.losses import LOSSES, d_least_squares, d_logistic, g_least_squares, g_non_saturating

ZEROS, ONES = torch.zeros(4), torch.ones(4)
REAL, FAKE = torch.tensor([2.0, 0.5, -1.0]), torch.tensor([0.0, 1.5, -3.0])
# By hand from the equations of their papers: what the discriminator and the generator minimise for REAL and FAKE.
LOGISTIC = (0.126928 + 0.474077 + 1.313262) / 3 + (0.693147 + 1.701413 + 0.048587) / 3
BY_HAND = {
    "non_saturating": (LOGISTIC, (0.693147 + 0.201413 + 3.048587) / 3),
    "minimax": (LOGISTIC, -(0.693147 + 1.701413 + 0.048587) / 3),
    "least_squares": (((1 + 0.25 + 4) / 3 + (0 + 2.25 + 9) / 3) / 2, (1 + 0.25 + 16) / 3),
    "hinge": ((0 + 0.5 + 2) / 3 + (1 + 2.5 + 0) / 3, -(0 + 1.5 - 3) / 3),
    "wasserstein": (-0.5 - 0.5, 0.5),
    "relativistic": ((0.126928 + 1.313262 + 0.126928) / 3, (2.126928 + 0.313262 + 2.126928) / 3),
}


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_by_hand(name: str) -> None:
    loss = LOSSES[name]
    d_loss, g_loss = BY_HAND[name]
    assert loss.discriminator(REAL, FAKE).item() == pytest.approx(d_loss, abs=1e-5)
    assert loss.generator(REAL, FAKE).item() == pytest.approx(g_loss, abs=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_the_generators_loss_falls_as_its_score_rises(name: str) -> None:
    fake = FAKE.clone().requires_grad_()
    LOSSES[name].generator(REAL, fake).backward()
    assert fake.grad is not None
    assert (fake.grad < 0).sum() >= 2, "least squares pulls a score above 1 down"


@pytest.mark.parametrize("name", LOSSES)
def test_probabilities_are_high_for_real_and_low_for_generated(name: str) -> None:
    real, fake = LOSSES[name].probability(torch.tensor([3.0, 4.0]), torch.tensor([-3.0, -4.0]))
    assert (real > 0.9).all()
    assert (fake < 0.1).all()
    rough = torch.zeros(2, dtype=torch.bfloat16)
    assert {one.dtype for one in LOSSES[name].probability(rough, rough)} == {torch.float32}  # as their means are logged


@pytest.mark.parametrize("label", [1.0, 0.9])
def test_smooth_labels_are_targets(label: float) -> None:
    cross_entropy = F.binary_cross_entropy_with_logits
    expected = cross_entropy(REAL, torch.full((3,), label)) + cross_entropy(FAKE, torch.zeros(3))
    torch.testing.assert_close(d_logistic(REAL, FAKE, label), expected)
    squares = ((REAL - label).square().mean() + FAKE.square().mean()) / 2
    torch.testing.assert_close(d_least_squares(REAL, FAKE, label), squares)


def test_a_discriminator_that_cannot_tell_costs_log_4() -> None:
    assert d_logistic(ZEROS, ZEROS).item() == pytest.approx(log(4))
    assert g_non_saturating(ZEROS, ZEROS).item() == pytest.approx(log(2))


def test_logits_that_are_sure_neither_overflow_nor_lose_their_gradient() -> None:
    fake = torch.tensor([-1000.0], requires_grad=True)
    loss = g_non_saturating(fake, fake)
    loss.backward()
    assert loss.item() == 1000
    assert fake.grad is not None
    assert fake.grad.item() == -1


def test_least_squares_by_hand() -> None:
    assert d_least_squares(ONES, ZEROS).item() == 0
    assert d_least_squares(ZEROS, ONES).item() == 1
    assert d_least_squares(ONES / 2, ONES / 2).item() == 0.25
    assert g_least_squares(ONES, ONES).item() == 0
    assert g_least_squares(ONES, -ONES).item() == 4
