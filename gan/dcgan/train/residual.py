"""The residual networks of SNGAN (Miyato et al. 2018, arXiv 1802.05957, appendix B.4), for 32² to 256² images.

`width` is the number of channels of the block next to the image. The networks are those of the authors' code
(github.com/pfnet-research/sngan_projection): for CIFAR-10's 32² with width 256 in the generator and 128 in the
discriminator, for ImageNet's 64², 128² and 256² with width 64 in both. The score of a discriminator has no bias.
"""

from itertools import pairwise
from math import sqrt

import torch
from torch import nn

from gan.dcgan.train.nets import norm_of
from gan.params.models.dcgan import DiscriminatorShape, GeneratorShape, Norm

# Channels from the image's side, times `width`. At 32² all blocks are alike.
CHANNELS = {32: (1, 1, 1, 1), 64: (1, 2, 4, 8, 16), 128: (1, 2, 4, 8, 16, 16), 256: (1, 2, 4, 8, 8, 16, 16)}
HALVING = {32: 2, 64: 5, 128: 5, 256: 6}  # blocks of the discriminator, its first ones, that halve the image


class Generator(nn.Sequential):
    """Latents (N, z_dim) to images (N, channels, size, size) in [-1, 1]; each block doubles the image, from 4×4."""

    def __init__(self, params: GeneratorShape, size: int, channels: int) -> None:
        widths = [params.width * times for times in reversed(CHANNELS[size])]
        super().__init__(
            linear(params.z_dim, widths[0] * 4 * 4),
            nn.Unflatten(1, (widths[0], 4, 4)),
            *(Up(inputs, outputs) for inputs, outputs in pairwise(widths)),
            nn.BatchNorm2d(widths[-1]),
            nn.ReLU(inplace=True),  # (width, size, size)
            convolution(widths[-1], channels, 3),
            nn.Tanh(),
        )


class Discriminator(nn.Sequential):
    """Images (N, channels, size, size) in [-1, 1] to scores (N,), higher for real; features are summed over places."""

    def __init__(self, params: DiscriminatorShape, size: int, channels: int) -> None:
        widths = [params.width * times for times in CHANNELS[size]]
        blocks = [
            Down(inputs, outputs, params.norm, halve=number < HALVING[size])
            for number, (inputs, outputs) in enumerate(pairwise(widths), 1)
        ]
        super().__init__(First(channels, widths[0]), *blocks, nn.ReLU(), *head(widths[-1]))


class Block(nn.Module):
    """The sum of a branch and a shortcut."""

    branch: nn.Sequential
    shortcut: nn.Module

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Both get (N, C, H, W)."""
        made: torch.Tensor = self.branch(x) + self.shortcut(x)
        return made


class Up(Block):
    """(N, inputs, H, W) to (N, outputs, 2 H, 2 W): BatchNorm, ReLU, doubling, 3×3, BatchNorm, ReLU, 3×3."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            nn.BatchNorm2d(inputs),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2),
            convolution(inputs, outputs, 3, sqrt(2)),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            convolution(outputs, outputs, 3, sqrt(2)),
        )
        # The paper doubles first; of a 1×1 convolution the result is the same, for four times the work.
        self.shortcut = nn.Sequential(convolution(inputs, outputs, 1), nn.Upsample(scale_factor=2))


class Down(Block):
    """(N, inputs, H, W) to (N, outputs, H, W) or half as large: ReLU, 3×3, ReLU, 3×3, mean of 2×2 pixels.

    A norm, which the paper has not, comes before each ReLU, as in WGAN-GP (Gulrajani et al. 2017).
    """

    def __init__(self, inputs: int, outputs: int, norm: Norm, halve: bool) -> None:
        super().__init__()
        half = [nn.AvgPool2d(2)] if halve else []
        self.branch = nn.Sequential(
            norm_of(norm, inputs),
            nn.ReLU(),  # not in place: the shortcut needs what comes in
            convolution(inputs, inputs, 3, sqrt(2)),
            norm_of(norm, inputs),
            nn.ReLU(inplace=True),
            convolution(inputs, outputs, 3, sqrt(2)),
            *half,
        )
        # The paper halves last; of a 1×1 convolution the result is the same, for four times the work.
        same = inputs == outputs and not halve
        self.shortcut = nn.Identity() if same else nn.Sequential(*half, convolution(inputs, outputs, 1))


class First(Block):
    """(N, inputs, H, W) to (N, outputs, H/2, W/2): 3×3, ReLU, 3×3, mean of 2×2; no ReLU and no norm at the input."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            convolution(inputs, outputs, 3, sqrt(2)),
            nn.ReLU(inplace=True),
            convolution(outputs, outputs, 3, sqrt(2)),
            nn.AvgPool2d(2),
        )
        self.shortcut = nn.Sequential(nn.AvgPool2d(2), convolution(inputs, outputs, 1))


class SumPool(nn.Module):
    """(N, C, H, W) to (N, C): the sum over places, in at least float32."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.sum((2, 3), dtype=torch.promote_types(x.dtype, torch.float32))


def head(inputs: int) -> list[nn.Module]:
    """Features (N, inputs, H, W) to scores (N,)."""
    return [SumPool(), linear(inputs, 1, bias=False), nn.Flatten(0)]


def convolution(inputs: int, outputs: int, kernel: int, gain: float = 1.0) -> nn.Conv2d:
    """Keeps the image's size. Weights are Xavier's, uniform: gain √2 in branches, 1 elsewhere (the authors' code)."""
    layer = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
    xavier(layer, gain)
    return layer


def linear(inputs: int, outputs: int, bias: bool = True) -> nn.Linear:
    """Weights are Xavier's, uniform."""
    layer = nn.Linear(inputs, outputs, bias)
    xavier(layer, 1.0)
    return layer


def xavier(layer: nn.Conv2d | nn.Linear, gain: float) -> None:
    nn.init.xavier_uniform_(layer.weight, gain)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
