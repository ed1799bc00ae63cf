"""The networks of DCGAN (Radford et al. 2015, arXiv 1511.06434), which are for 64² images, and for 32² to 256².

A layer has twice as many channels as the next one whose feature maps are twice as large. But none has more than
16 · width, which the paper's 1024 are at width 64: at 256², 4×4 has as many channels as 8×8.
"""

from itertools import pairwise
from math import log2
from typing import Any

import torch
from torch import nn

from gan.dcgan.train.layers import ConditionalBatchNorm, Layers, UpsampledConv2d, batch_norm, norm_of, scored
from gan.params.models.dcgan import DiscriminatorShape, GeneratorShape

# A checkpoint leaves these out, so that a new option changes no byte of the checkpoints that do not use it.
OFF = {"upsample": "transposed"}
MOST = 16  # times `width`: the channels of the widest layer


def _widths(width: int, size: int) -> list[int]:
    """The channels of all layers between image and 4×4, from the image's side: 3 for 32 pixels … 6 for 256."""
    return [width * min(2**level, MOST) for level in range(int(log2(size)) - 2)]


class Generator(Layers):
    """Latents (N, z_dim) to images (N, channels, size, size) in [-1, 1].

    Layers that double the image and halve the channels, with BatchNorm and ReLU: strided transposed convolutions, or
    `UpsampledConv2d`. If there are classes, it is called with labels too, int64 (N,), and each BatchNorm is
    conditional.
    """

    def __init__(self, params: GeneratorShape, size: int, channels: int, classes: int = 0) -> None:
        widths = _widths(params.width, size)[::-1]
        double = _transposed if params.upsample == "transposed" else UpsampledConv2d
        layers: list[nn.Module] = [
            nn.Unflatten(1, (params.z_dim, 1, 1)),
            nn.ConvTranspose2d(params.z_dim, widths[0], 4, 1, 0, bias=False),
            batch_norm(widths[0], classes),
            nn.ReLU(inplace=True),  # (8 width, 4, 4) for 64 pixels
        ]
        for inputs, outputs in pairwise(widths):
            layers += [
                double(inputs, outputs),
                batch_norm(outputs, classes),
                nn.ReLU(inplace=True),  # (4 width, 8, 8), (2 width, 16, 16), (width, 32, 32)
            ]
        layers += [double(widths[-1], channels), nn.Tanh()]
        super().__init__(*layers)
        self.apply(init_weights)


def described(shape: GeneratorShape) -> dict[str, Any]:
    """What a generator is rebuilt from, as JSON values: its params but options that are off."""
    return {name: value for name, value in shape.model_dump().items() if name not in OFF or value != OFF[name]}


def _transposed(inputs: int, outputs: int) -> nn.Module:
    return nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False)


class Discriminator(Layers):
    """Images (N, channels, size, size) in [-1, 1] to scores (N,), higher for real.

    Strided convolutions with a norm, in the paper BatchNorm (none at the input and output), and LeakyReLU 0.2. If
    there are classes, it is called with labels too, int64 (N,), and φ of the projection are the features of 4×4.
    """

    def __init__(self, params: DiscriminatorShape, size: int, channels: int, classes: int = 0) -> None:
        widths = _widths(params.width, size)
        layers: list[nn.Module] = [
            nn.Conv2d(channels, widths[0], 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2, inplace=True),  # (width, 32, 32) for 64 pixels
        ]
        for inputs, outputs in pairwise(widths):
            layers += [
                nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False),
                norm_of(params.norm, outputs),
                nn.LeakyReLU(0.2, inplace=True),  # (2 width, 16, 16), (4 width, 8, 8), (8 width, 4, 4)
            ]
        head: list[nn.Module] = [nn.Conv2d(widths[-1], 1, 4, 1, 0, bias=False), nn.Flatten(0)]
        super().__init__(*layers, *scored(head, widths[-1], classes))
        self.apply(init_weights)


def init_weights(module: nn.Module) -> None:
    """Weights from N(0, 0.02) (paper, section 4); BatchNorm scales from N(1, 0.02), as in DCGAN's code."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Embedding):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d) and module.affine:
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
    elif isinstance(module, ConditionalBatchNorm):  # after its embeddings, which are weights to the first line
        nn.init.normal_(module.gain.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias.weight)


def latents(count: int, params: GeneratorShape, generator: torch.Generator | None = None) -> torch.Tensor:
    """Latents (count, z_dim) from N(0, 1), or uniform in [-1, 1]; drawn on the CPU, so equal for every device."""
    if params.latent == "uniform":
        return torch.rand(count, params.z_dim, generator=generator) * 2 - 1
    return torch.randn(count, params.z_dim, generator=generator)
