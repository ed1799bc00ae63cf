"""Losses against numbers calculated by hand, and against torch's own losses."""

from math import log

import pytest
import torch
from torch.nn import functional as F

from gan.training.losses import d_least_squares, d_non_saturating, g_least_squares, g_non_saturating

ZEROS, ONES = torch.zeros(4), torch.ones(4)


def test_a_discriminator_that_cannot_tell_costs_log_4() -> None:
    assert d_non_saturating(ZEROS, ZEROS).item() == pytest.approx(log(4))
    assert g_non_saturating(ZEROS).item() == pytest.approx(log(2))


def test_non_saturating_is_binary_cross_entropy_on_logits() -> None:
    real, fake = torch.randn(2, 16, generator=torch.Generator().manual_seed(0)) * 5
    cross_entropy = F.binary_cross_entropy_with_logits
    expected = cross_entropy(real, torch.ones(16)) + cross_entropy(fake, torch.zeros(16))
    torch.testing.assert_close(d_non_saturating(real, fake), expected)
    torch.testing.assert_close(g_non_saturating(fake), cross_entropy(fake, torch.ones(16)))


def test_logits_that_are_sure_neither_overflow_nor_lose_their_gradient() -> None:
    fake = torch.tensor([-1000.0], requires_grad=True)
    loss = g_non_saturating(fake)
    loss.backward()
    assert loss.item() == 1000
    assert fake.grad is not None
    assert fake.grad.item() == -1


def test_least_squares_by_hand() -> None:
    assert d_least_squares(ONES, ZEROS).item() == 0
    assert d_least_squares(ZEROS, ONES).item() == 1
    assert d_least_squares(ONES / 2, ONES / 2).item() == 0.25
    assert g_least_squares(ONES).item() == 0
    assert g_least_squares(-ONES).item() == 4
