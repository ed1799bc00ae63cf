"""CycleGAN's networks: any size divisible by 4, the paper's layers, and patches as large as promised."""

from typing import Literal

import pytest
import torch
from torch import nn

from gan.core.params import CycleGANDiscriminator, CycleGANGenerator
from gan.cyclegan.nets import Discriminator, Generator, InstanceNorm


@pytest.mark.parametrize("upsample", ["nearest", "transposed"])
@pytest.mark.parametrize("shape", [(64, 64), (36, 52), (256, 256)])
def test_a_translation_keeps_the_shape(shape: tuple[int, int], upsample: Literal["nearest", "transposed"]) -> None:
    params = CycleGANGenerator(width=2, blocks=1, upsample=upsample)
    images = Generator(params)(torch.rand(1, 3, *shape) * 2 - 1)
    assert images.shape == (1, 3, *shape)
    assert images.abs().max() <= 1


def test_the_papers_generator_has_11_million_weights() -> None:
    """c7s1-64, d128, d256, R256 × 9, u128, u64, c7s1-3; the public code prints 11.378 M, biases included."""
    network = Generator(CycleGANGenerator(width=64, blocks=9, upsample="transposed"))
    weights = sum(p.numel() for p in network.parameters() if p.ndim > 1)
    widths = [(3, 64, 7), (64, 128, 3), (128, 256, 3), *[(256, 256, 3)] * 18, (256, 128, 3), (128, 64, 3), (64, 3, 7)]
    assert weights == sum(inputs * outputs * kernel**2 for inputs, outputs, kernel in widths)
    assert 11.36e6 < weights < 11.38e6


@pytest.mark.parametrize(("layers", "patch"), [(1, 16), (2, 34), (3, 70), (4, 142)])
def test_a_score_sees_a_patch(layers: int, patch: int) -> None:
    """The gradient of one score reaches exactly patch × patch pixels; norms, which see everything, are cut out."""
    network = Discriminator(CycleGANDiscriminator(width=2, layers=layers))
    bare = nn.Sequential(*(m for m in network if not isinstance(m, InstanceNorm)))
    for parameter in bare.parameters():
        nn.init.constant_(parameter, 0.01)
    image = torch.ones(1, 3, 320, 320, requires_grad=True)
    scores = bare(image)
    scores[0, 0, scores.shape[2] // 2, scores.shape[3] // 2].backward()
    assert image.grad is not None
    rows = image.grad[0, 0].abs().sum(1).nonzero()
    assert len(rows) == patch


def test_instance_norm_is_torchs() -> None:
    images = torch.randn(3, 5, 9, 7, generator=torch.Generator().manual_seed(0)) * 3 + 1
    torch.testing.assert_close(InstanceNorm(5)(images), nn.InstanceNorm2d(5)(images), atol=1e-5, rtol=1e-5)


def test_weights_start_from_a_normal_of_deviation_2_hundredths() -> None:
    torch.manual_seed(0)
    network = Generator(CycleGANGenerator(width=32, blocks=2, upsample="nearest"))
    weights = torch.cat([p.detach().ravel() for p in network.parameters() if p.ndim > 1])
    assert weights.std().item() == pytest.approx(0.02, rel=0.01)
