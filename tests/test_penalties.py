"""Penalties in closed form for a discriminator whose gradient is known, and in float64 for our own networks."""

import pytest
import torch
from torch import nn

from gan.cyclegan.train.nets import Discriminator as PatchGAN
from gan.dcgan.train.nets import Discriminator
from gan.params.models import cyclegan, dcgan
from gan.training.penalties import gradients, one_centred, zero_centred
from tests.papers import PATCHGAN

IMAGES = torch.rand(3, 1, 4, 4, generator=torch.Generator().manual_seed(0)) * 2 - 1


class Quadratic(nn.Module):
    """D(x) = w Σ x², whose gradient is 2 w x; `patches` copies of the score make it a map."""

    def __init__(self, weight: float, patches: int = 1) -> None:
        super().__init__()
        self.weight, self.patches = nn.Parameter(torch.tensor(weight)), patches

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (self.weight * x.square().sum((1, 2, 3), keepdim=True)).expand(-1, -1, self.patches, 1)


@pytest.mark.parametrize("patches", [1, 5])
def test_the_gradient_is_squared_and_itself_differentiated(patches: int) -> None:
    network = Quadratic(0.5, patches)
    penalty = zero_centred(network, IMAGES)
    squares = IMAGES.square().sum((1, 2, 3)).mean()  # (2 · 0.5 · x)²
    torch.testing.assert_close(penalty, squares)
    penalty.backward()
    torch.testing.assert_close(network.weight.grad, 4 * squares)  # d/dw of 4 w² Σ x²


def test_a_slope_of_one_costs_nothing() -> None:
    class Plane(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x[:, 0, 0, 0] * 3

    assert one_centred(Plane(), IMAGES, -IMAGES).item() == pytest.approx(4.0)  # (3 - 1)²


def test_a_slope_of_zero_gives_no_nan() -> None:
    """The root of a sum of squares would, in its gradient."""
    network = Quadratic(0.0)
    penalty = one_centred(network, IMAGES, -IMAGES)
    penalty.backward()
    assert penalty.item() == 1.0
    assert network.weight.grad is not None
    assert network.weight.grad.isfinite()


NETWORKS = {
    "instance": Discriminator(dcgan.DiscriminatorShape(width=4, norm="instance", spectral_norm=False), 32, 1),
    "layer": Discriminator(dcgan.DiscriminatorShape(width=4, norm="layer", spectral_norm=False), 32, 1),
    "none": Discriminator(dcgan.DiscriminatorShape(width=4, norm="none", spectral_norm=False), 32, 1),
    "patches": PatchGAN(cyclegan.DiscriminatorShape(width=4, layers=2, **PATCHGAN), 1),
    "patches, no norm": PatchGAN(cyclegan.DiscriminatorShape(width=4, layers=2, **PATCHGAN | {"norm": "none"}), 1),
}


@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("name", NETWORKS)
def test_second_derivatives_are_right(name: str, count: int, layout: torch.memory_format) -> None:
    """The penalty's slope along a random direction of the weights, by differences in float64."""
    torch.manual_seed(0)
    network = NETWORKS[name].to(memory_format=layout).double()
    for weight in network.parameters():
        nn.init.normal_(weight, 0.0, 0.2)
    images = torch.randn(count, 1, 32, 32, dtype=torch.float64).to(memory_format=layout)
    weights = [*network.parameters()]
    directions = [torch.randn_like(weight) for weight in weights]
    found = torch.autograd.grad(zero_centred(network, images), weights, allow_unused=True)
    slope = sum(float((one * d).sum().detach()) for one, d in zip(found, directions, strict=True) if one is not None)
    values = []
    for way in (1e-8, -2e-8):  # so small that no activation changes sides
        with torch.no_grad():
            for weight, direction in zip(weights, directions, strict=True):
                weight.add_(direction, alpha=way)
        values.append(float(zero_centred(network, images).detach()))
    assert slope == pytest.approx((values[0] - values[1]) / 2e-8, rel=1e-3, abs=1e-5)


def test_an_images_gradient_is_its_own() -> None:
    network = NETWORKS["none"].float()
    images = torch.randn(4, 1, 32, 32)
    together = gradients(network, images)
    apart = torch.cat([gradients(network, image[None]) for image in images])
    torch.testing.assert_close(together, apart, rtol=1e-3, atol=1e-6)
