"""The networks of CycleGAN (Zhu et al. 2017, appendix 7.2; arXiv 1703.10593)."""

import torch
from torch import nn

from gan.core.params import CycleGANDiscriminator, CycleGANGenerator

CHANNELS = 3


class InstanceNorm(nn.GroupNorm):
    """Instance norm without weights (Ulyanov et al. 2016): group norm with one channel to a group.

    The same numbers as `nn.InstanceNorm2d`; on CPUs forward and backward take a fraction of its time.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, channels, affine=False)


def _conv(inputs: int, outputs: int, kernel: int, stride: int = 1) -> list[nn.Module]:
    """Convolution, instance norm, ReLU; reflection padding keeps the borders free of artefacts."""
    return [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, padding_mode="reflect", bias=False),
        InstanceNorm(outputs),
        nn.ReLU(inplace=True),
    ]


def _upsample(inputs: int, outputs: int, how: str) -> list[nn.Module]:
    """Twice the height and width: the paper's `transposed` convolution, or `nearest` then a convolution.

    `nearest` leaves no checkerboard (Odena et al. 2016, doi:10.23915/distill.00003).
    """
    if how == "nearest":
        return [nn.Upsample(scale_factor=2, mode="nearest"), *_conv(inputs, outputs, kernel=3)]
    return [
        nn.ConvTranspose2d(inputs, outputs, 3, 2, 1, output_padding=1, bias=False),
        InstanceNorm(outputs),
        nn.ReLU(inplace=True),
    ]


class ResidualBlock(nn.Module):
    """x + two 3×3 convolutions with instance norm."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(*_conv(channels, channels, 3), *_conv(channels, channels, 3)[:-1])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.body(x)


class Generator(nn.Sequential):
    """(N, 3, H, W) in [-1, 1] to the same shape and range in the other domain; H and W divisible by 4.

    The paper's c7s1-64, d128, d256, R256 × blocks, u128, u64, c7s1-3 at width 64.
    """

    def __init__(self, params: CycleGANGenerator) -> None:
        width = params.width
        super().__init__(
            *_conv(CHANNELS, width, 7),  # (width, H, W)
            *_conv(width, width * 2, 3, stride=2),  # (2 width, H/2, W/2)
            *_conv(width * 2, width * 4, 3, stride=2),  # (4 width, H/4, W/4)
            *(ResidualBlock(width * 4) for _ in range(params.blocks)),
            *_upsample(width * 4, width * 2, params.upsample),  # (2 width, H/2, W/2)
            *_upsample(width * 2, width, params.upsample),  # (width, H, W)
            nn.Conv2d(width, CHANNELS, 7, padding=3, padding_mode="reflect"),
            nn.Tanh(),
        )
        self.apply(init_weights)


class Discriminator(nn.Sequential):
    """PatchGAN: (N, 3, H, W) in [-1, 1] to a map of real/fake scores, one per overlapping patch.

    A score sees 16, 34, 70 or 142 pixels squared with 1, 2, 3 or 4 `layers` of stride 2:
    3 is the paper's 70×70 for 256×256 images.
    """

    def __init__(self, params: CycleGANDiscriminator) -> None:
        width = params.width
        layers: list[nn.Module] = [nn.Conv2d(CHANNELS, width, 4, 2, 1), nn.LeakyReLU(0.2, inplace=True)]
        channels = width
        for depth in range(1, params.layers + 1):
            outputs = width * min(2**depth, 8)
            stride = 1 if depth == params.layers else 2
            layers += [
                nn.Conv2d(channels, outputs, 4, stride, 1, bias=False),
                InstanceNorm(outputs),
                nn.LeakyReLU(0.2, inplace=True),
            ]
            channels = outputs
        super().__init__(*layers, nn.Conv2d(channels, 1, 4, 1, 1))
        self.apply(init_weights)


def init_weights(module: nn.Module) -> None:
    """Weights from N(0, 0.02), biases 0, as in the paper's section 7.1 and its public code."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
