"""The U-Net generator (Ronneberger et al. 2015, arXiv 1505.04597), as pix2pix and CycleGAN's public code have it."""

from itertools import pairwise

import torch
from torch import nn

from gan.cyclegan.train.layers import Conv2d, ConvTranspose2d, init_weights, norm_of
from gan.cyclegan.train.translator import Translator, activations
from gan.params.models.cyclegan import GeneratorShape, largest_power_of_two


class UNet(Translator):
    """An encoder that halves the image `depth` times, and a decoder that doubles it as often.

    The public unet_256 has depth 8 and width 64, and no dropout for CycleGAN. A level of the decoder sees what the one
    below it made, beside what the encoder had at this size: the skips are concatenated. The first and the last level of
    the encoder have no norm, since one of a single pixel would be 0. Convolutions before a norm have no bias, which
    instance norm would take away again.

    Args:
        depth: at least 2; H and W are divisible by 2^depth.
    """

    def __init__(self, params: GeneratorShape, inputs: int, outputs: int, depth: int) -> None:
        super().__init__(params, inputs, outputs)
        widths = [params.width * min(2**level, 8) for level in range(depth)]  # of the encoder at H/2, H/4, …
        deepest = depth - 1
        self.encoder = nn.ModuleList(
            _down(before, width, params, first=level == 0, normed=0 < level < deepest)
            for level, (before, width) in enumerate(pairwise([inputs, *widths]))
        )
        self.decoder = nn.ModuleList(
            _up(width if level == deepest else 2 * width, after, params, normed=level > 0)
            for level, (after, width) in reversed([*enumerate(pairwise([outputs, *widths]))])
        )
        self.apply(init_weights)

    def layers(self, x: torch.Tensor) -> torch.Tensor:
        """From standardised to standardised colours."""
        *encoded, x = activations(self.encoder, x)
        for layer in self.decoder:
            x = layer(x)
            if encoded:
                x = torch.cat([encoded.pop(), x], dim=1)
        return x


def depth_for(*sizes: int) -> int:
    """How often all these sizes can be halved: a power of two comes down to a single pixel."""
    return largest_power_of_two(*sizes).bit_length() - 1


def _down(inputs: int, outputs: int, params: GeneratorShape, first: bool, normed: bool) -> nn.Module:
    """LeakyReLU, 4×4 convolution of stride 2, norm."""
    conv = Conv2d(inputs, outputs, 4, 2, 1, padding_mode=params.downsample_padding, bias=not normed)
    before = [] if first else [nn.LeakyReLU(0.2)]
    return nn.Sequential(*before, conv, *([norm_of(params.norm, outputs)] if normed else []))


def _up(inputs: int, outputs: int, params: GeneratorShape, normed: bool) -> nn.Module:
    """ReLU, the public code's `transposed` convolution or `resize`, then convolution; norm."""
    if params.upsample == "transposed":
        doubled: list[nn.Module] = [ConvTranspose2d(inputs, outputs, 4, bias=not normed)]
    else:
        conv = Conv2d(inputs, outputs, 3, padding=1, padding_mode="reflect", bias=not normed)
        doubled = [nn.Upsample(scale_factor=2, mode="nearest"), conv]
    return nn.Sequential(nn.ReLU(inplace=True), *doubled, *([norm_of(params.norm, outputs)] if normed else []))
