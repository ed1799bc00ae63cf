"""The residual networks of SNGAN (Miyato et al. 2018, arXiv 1802.05957, appendix B.4), for 32² to 256² images.

`width` is the number of channels of the block next to the image. The networks are those of the authors' code
(github.com/pfnet-research/sngan_projection): for CIFAR-10's 32² with width 256 in the generator and 128 in the
discriminator, for ImageNet's 64², 128² and 256² with width 64 in both, where the score has a bias too.
"""

from itertools import pairwise
from math import sqrt
from typing import TypeVar

import torch
from torch import nn

from gan.dcgan.train.layers import Conditional, Layers, batch_norm, norm_of, scored, summed, xavier
from gan.params.models.dcgan import DiscriminatorShape, GeneratorShape, Norm

Layer = TypeVar("Layer", nn.Conv2d, nn.Linear)
# Channels from the image's side, times `width`. At 32² all blocks are alike.
CHANNELS = {32: (1, 1, 1, 1), 64: (1, 2, 4, 8, 16), 128: (1, 2, 4, 8, 16, 16), 256: (1, 2, 4, 8, 8, 16, 16)}
HALVING = {32: 2, 64: 5, 128: 5, 256: 6}  # blocks of the discriminator, its first ones, that halve the image


class Generator(Layers):
    """Latents (N, z_dim) to images (N, channels, size, size) in [-1, 1]; each block doubles the image, from 4×4.

    If there are classes, it is called with labels too, int64 (N,), and the BatchNorm of blocks is conditional.
    """

    def __init__(self, params: GeneratorShape, size: int, channels: int, classes: int = 0) -> None:
        widths = [params.width * times for times in reversed(CHANNELS[size])]
        super().__init__(
            linear(params.z_dim, widths[0] * 4 * 4),
            nn.Unflatten(1, (widths[0], 4, 4)),
            *(Up(inputs, outputs, classes) for inputs, outputs in pairwise(widths)),
            nn.BatchNorm2d(widths[-1]),
            nn.ReLU(inplace=True),  # (width, size, size)
            convolution(widths[-1], channels, 3),
            nn.Tanh(),
        )


class Discriminator(Layers):
    """Images (N, channels, size, size) in [-1, 1] to scores (N,), higher for real; features are summed over places.

    If there are classes, it is called with labels too, int64 (N,), and these sums are φ of the projection.
    """

    def __init__(self, params: DiscriminatorShape, size: int, channels: int, classes: int = 0) -> None:
        widths = [params.width * times for times in CHANNELS[size]]
        blocks = [
            Down(inputs, outputs, params.norm, halve=number < HALVING[size])
            for number, (inputs, outputs) in enumerate(pairwise(widths), 1)
        ]
        head = [SumPool(), linear(widths[-1], 1, bias=size > 32), nn.Flatten(0)]
        super().__init__(First(channels, widths[0]), *blocks, nn.ReLU(), *scored(head, widths[-1], classes))


class Block(Conditional):
    """The sum of a branch and a shortcut."""

    branch: Layers
    shortcut: nn.Module

    def forward(self, x: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
        """Both get (N, C, H, W), the branch also labels, int64 (N,)."""
        made: torch.Tensor = self.branch(x, labels) + self.shortcut(x)
        return made


class Up(Block):
    """(N, inputs, H, W) to (N, outputs, 2 H, 2 W): BatchNorm, ReLU, doubling, 3×3, BatchNorm, ReLU, 3×3."""

    def __init__(self, inputs: int, outputs: int, classes: int) -> None:
        super().__init__()
        self.branch = Layers(
            batch_norm(inputs, classes),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2),
            convolution(inputs, outputs, 3, sqrt(2)),
            batch_norm(outputs, classes),
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
        self.branch = Layers(
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
        self.branch = Layers(
            convolution(inputs, outputs, 3, sqrt(2)),
            nn.ReLU(inplace=True),
            convolution(outputs, outputs, 3, sqrt(2)),
            nn.AvgPool2d(2),
        )
        self.shortcut = nn.Sequential(nn.AvgPool2d(2), convolution(inputs, outputs, 1))


class SumPool(nn.Module):
    """(N, C, H, W) to (N, C)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The sum over places."""
        return summed(x)


def convolution(inputs: int, outputs: int, kernel: int, gain: float = 1.0) -> nn.Conv2d:
    """Keeps the image's size. Weights are Xavier's, gain √2 in branches and 1 elsewhere (the authors' code)."""
    layer = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
    return begun(layer, gain)


def linear(inputs: int, outputs: int, bias: bool = True) -> nn.Linear:
    """Weights are Xavier's, gain 1."""
    return begun(nn.Linear(inputs, outputs, bias), 1.0)


def begun(layer: Layer, gain: float) -> Layer:
    """The layer with its initial weights; a bias is 0."""
    xavier(layer, gain)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer
