"""The networks of CycleGAN (Zhu et al. 2017, appendix 7.2; arXiv 1703.10593), and their options.

Weights are float32; every network computes in the type of its input, bfloat16 or float32.
"""

from typing import Literal

import torch
from torch import nn

from gan.cyclegan.train.layers import Conv2d, ConvTranspose2d, norm_of
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
    return nn.Sequential(ConvTranspose2d(inputs, outputs), norm_of(params.norm, outputs), nn.ReLU(inplace=True))


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


class Colours(nn.Module):
    """Mean and standard deviation of each channel of a domain, kept in the checkpoint; 0 and 1 until measured.

    The generator standardises colours by them, for two reasons. A norm without weights divides by an image's
    brightness, and then hardly distinguishes a dark forest from a dark sea. And the generator starts from the other
    domain's mean colour, so it does not have to learn it.
    """

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(channels, 1, 1))
        self.register_buffer("deviation", torch.ones(channels, 1, 1))

    def measure(self, images: torch.Tensor) -> None:
        """Measure images (N, C, H, W) in [-1, 1]; the deviation is at least one step of uint8, 1 / 127.5."""
        deviation, mean = torch.std_mean(images.float(), dim=(0, 2, 3), correction=0)
        self.mean.copy_(mean[:, None, None])
        self.deviation.copy_(deviation.clamp(min=1 / 127.5)[:, None, None])

    def standardise(self, x: torch.Tensor) -> torch.Tensor:
        return (x - self.mean.to(x.dtype)) / self.deviation.to(x.dtype)

    def restore(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.deviation.to(x.dtype) + self.mean.to(x.dtype)


class Generator(nn.Module):
    """(N, inputs, H, W) in [-1, 1] to (N, outputs, H, W) in the other domain; H and W divisible by 4.

    The paper's c7s1-64, d128, d256, R256 × blocks, u128, u64, c7s1-3 at width 64. With `skips`, the encoder's
    activations are added to the decoder's of the same size; with a `linear` output, values beyond [-1, 1] are clipped
    when they become an image. `source` and `target` hold the colours of both domains, once they are measured.
    """

    def __init__(self, params: GeneratorShape, inputs: int, outputs: int) -> None:
        super().__init__()
        width, norm, padding = params.width, params.norm, params.downsample_padding
        self.skips, self.bounded = params.skips, params.output == "tanh"
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
        self.source, self.target = Colours(inputs), Colours(outputs)
        self.apply(init_weights)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.target.restore(self.layers(self.source.standardise(x)))
        return x.tanh() if self.bounded else x

    def layers(self, x: torch.Tensor) -> torch.Tensor:
        """The network without `Colours`: from standardised to standardised colours."""
        encoded = []
        for layer in self.encoder:
            x = layer(x)
            encoded.append(x)
        x = self.blocks(encoded.pop())
        for layer in self.decoder:
            x = layer(x)
            if self.skips:
                x = x + encoded.pop()
        return self.output(x)


class Discriminator(nn.Sequential):
    """PatchGAN: (N, channels, H, W) in [-1, 1] to a map of real/fake scores, one per overlapping patch.

    A score sees a patch of 16², 34², 70² or 142² pixels with 1, 2, 3 or 4 `layers` of stride 2; the paper has 3, for
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


def init_weights(module: nn.Module) -> None:
    """Weights from N(0, 0.02), biases 0, as in the paper's section 7.1 and its public code."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
