"""The networks of CycleGAN (Zhu et al. 2017, appendix 7.2; arXiv 1703.10593), and their options.

Weights are float32; every network computes in the type of its input, bfloat16 or float32.
"""

from typing import Literal

import torch
from torch import nn

from gan.cyclegan.train.layers import Conv2d, ConvTranspose2d, init_weights, norm_of
from gan.cyclegan.train.translator import Translator, activations
from gan.params.models.cyclegan import DiscriminatorShape, GeneratorShape

Padding = Literal["reflect", "zeros"]


def _conv(
    inputs: int, outputs: int, kernel: int, norm: str, stride: int = 1, padding: Padding = "reflect"
) -> list[nn.Module]:
    """Convolution, norm, ReLU. Reflection padding avoids artefacts at the borders."""
    return [
        Conv2d(inputs, outputs, kernel, stride, kernel // 2, padding_mode=padding, bias=False),
        norm_of(norm, outputs),
        nn.ReLU(inplace=True),
    ]


def _upsample(inputs: int, outputs: int, params: GeneratorShape) -> nn.Module:
    """Double height and width: by the paper's `transposed` convolution, or by `resize`, then convolution.

    `resize` is by nearest neighbours, and leaves no checkerboard (Odena et al. 2016, doi:10.23915/distill.00003).
    """
    if params.upsample == "resize":
        return nn.Sequential(nn.Upsample(scale_factor=2, mode="nearest"), *_conv(inputs, outputs, 3, params.norm))
    return nn.Sequential(ConvTranspose2d(inputs, outputs, 3), norm_of(params.norm, outputs), nn.ReLU(inplace=True))


class Gate(nn.Module):
    """tanh(a) · σ(b) of (N, 2C, H, W), whose halves are a and b (van den Oord et al. 2016, 1606.05328, equation 2)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a, b = x.chunk(2, dim=1)
        return a.tanh() * b.sigmoid()


class ResidualBlock(nn.Module):
    """x + two 3×3 convolutions, each with its norm; between them a ReLU, or a gate."""

    def __init__(self, channels: int, norm: str, gated: bool) -> None:
        super().__init__()
        inner = [*_conv(channels, 2 * channels, 3, norm)[:-1], Gate()] if gated else _conv(channels, channels, 3, norm)
        self.body = nn.Sequential(*inner, *_conv(channels, channels, 3, norm)[:-1])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.body(x)


class Generator(Translator):
    """The residual generator; H and W divisible by 4.

    The paper's c7s1-64, d128, d256, R256 × blocks, u128, u64, c7s1-3 at width 64. With `skips`, the encoder's
    activations are added to the decoder's of the same size.
    """

    def __init__(self, params: GeneratorShape, inputs: int, outputs: int) -> None:
        super().__init__(params, inputs, outputs)
        width, norm, padding = params.width, params.norm, params.downsample_padding
        self.skips = params.skips
        self.encoder = nn.ModuleList(
            [
                nn.Sequential(*_conv(inputs, width, 7, norm)),  # (width, H, W)
                nn.Sequential(*_conv(width, width * 2, 3, norm, 2, padding)),  # (2 width, H/2, W/2)
                nn.Sequential(*_conv(width * 2, width * 4, 3, norm, 2, padding)),  # (4 width, H/4, W/4)
            ]
        )
        self.blocks = nn.Sequential(*(ResidualBlock(width * 4, norm, params.gated) for _ in range(params.blocks)))
        self.decoder = nn.ModuleList(
            [
                _upsample(width * 4, width * 2, params),  # (2 width, H/2, W/2)
                _upsample(width * 2, width, params),  # (width, H, W)
            ]
        )
        self.output = Conv2d(width, outputs, 7, padding=3, padding_mode="reflect")
        self.apply(init_weights)

    def layers(self, x: torch.Tensor) -> torch.Tensor:
        """From standardised to standardised colours."""
        *encoded, x = activations(self.encoder, x)
        x = self.blocks(x)
        for layer in self.decoder:
            x = layer(x)
            if self.skips:
                x = x + encoded.pop()
        return self.output(x)


class Discriminator(nn.Sequential):
    """PatchGAN: (N, channels, H, W) in [-1, 1] to a map of real/fake scores, one per overlapping patch.

    A score sees a patch of 16², 34², 70², 142² or 286² pixels with 1 … 5 `layers` of stride 2; the paper has 3, for
    images of 256².
    """

    def __init__(self, params: DiscriminatorShape, channels: int) -> None:
        width = params.width
        layers: list[nn.Module] = [Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2, inplace=True)]
        inputs = width
        for depth in range(1, params.layers + 1):
            outputs = width * min(2**depth, 8)
            stride = 1 if depth == params.layers else 2
            layers += [
                Conv2d(inputs, outputs, 4, stride, 1, bias=False),
                norm_of("instance", outputs) if params.norm == "instance" else nn.Identity(),
                nn.LeakyReLU(0.2, inplace=True),
            ]
            inputs = outputs
        super().__init__(*layers, Conv2d(inputs, 1, 4, 1, 1))
        self.apply(init_weights)
