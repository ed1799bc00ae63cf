"""The networks of CycleGAN (Zhu et al. 2017, appendix 7.2; arXiv 1703.10593), and what may be changed in them.

Weights are float32; every network computes in the type of its input, bfloat16 or float32.
"""

import torch
from torch import nn
from torch.nn import functional as F

from gan.core.params import CycleGANDiscriminator, CycleGANGenerator


class Conv2d(nn.Conv2d):
    """A convolution in the type of its input: padding and norms around it then stay in that type too."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight, bias = _as_type(x.dtype, self.weight, self.bias)
        if x.is_cuda and self.padding_mode == "reflect" and torch.are_deterministic_algorithms_enabled():
            return F.conv2d(reflect(x, int(self.padding[0])), weight, bias, self.stride)
        return self._conv_forward(x, weight, bias)


class ConvTranspose2d(nn.ConvTranspose2d):
    """A transposed convolution, kernel 3 and stride 2, in the type of its input."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 3, 2, 1, output_padding=1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:  # type: ignore[override]  # no other output size is asked for
        weight, bias = _as_type(x.dtype, self.weight, self.bias)
        return F.conv_transpose2d(x, weight, bias, stride=2, padding=1, output_padding=1)


def reflect(x: torch.Tensor, pad: int) -> torch.Tensor:
    """`F.pad(x, (pad,) * 4, "reflect")` by slices, (N, C, H, W) to (N, C, H + 2 pad, W + 2 pad).

    CUDA's own has a gradient that sums in any order, so that its bits differ from run to run.
    """
    for dim in (2, 3):
        before, after = x.narrow(dim, 1, pad), x.narrow(dim, x.shape[dim] - 1 - pad, pad)
        x = torch.cat([before.flip(dim), x, after.flip(dim)], dim)
    return x


def _as_type(
    dtype: torch.dtype, weight: torch.Tensor, bias: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor | None]:
    return weight.to(dtype), None if bias is None else bias.to(dtype)


def norm_of(kind: str, channels: int) -> nn.Module:
    """A norm without weights: `instance`, over each channel's pixels; `layer`, over all channels' (Ba et al. 2016).

    Instance norm (Ulyanov et al. 2016) takes each channel's mean away, and so the colour of a plain tile.
    """
    return nn.InstanceNorm2d(channels) if kind == "instance" else nn.GroupNorm(1, channels, affine=False)


def _conv(inputs: int, outputs: int, kernel: int, norm: str, stride: int = 1) -> list[nn.Module]:
    """Convolution, norm, ReLU; reflection padding keeps the borders free of artefacts."""
    return [
        Conv2d(inputs, outputs, kernel, stride, kernel // 2, padding_mode="reflect", bias=False),
        norm_of(norm, outputs),
        nn.ReLU(inplace=True),
    ]


def _upsample(inputs: int, outputs: int, params: CycleGANGenerator) -> nn.Module:
    """Twice the height and width: the paper's `transposed` convolution, or `resize` to the nearest, then convolve.

    `resize` leaves no checkerboard (Odena et al. 2016, doi:10.23915/distill.00003).
    """
    if params.upsample == "resize":
        return nn.Sequential(nn.Upsample(scale_factor=2, mode="nearest"), *_conv(inputs, outputs, 3, params.norm))
    return nn.Sequential(ConvTranspose2d(inputs, outputs), norm_of(params.norm, outputs), nn.ReLU(inplace=True))


class ResidualBlock(nn.Module):
    """x + two 3×3 convolutions, each with its norm."""

    def __init__(self, channels: int, norm: str) -> None:
        super().__init__()
        self.body = nn.Sequential(*_conv(channels, channels, 3, norm), *_conv(channels, channels, 3, norm)[:-1])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.body(x)


class Colours(nn.Module):
    """Mean and deviation of each channel of a domain, kept in the checkpoint; 0 and 1 until they are measured.

    A norm without weights divides by what an image is bright, and tells a dark forest from a dark sea by little; and
    a generator that starts from the other domain's mean colour does not have to find it.
    """

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(channels, 1, 1))
        self.register_buffer("deviation", torch.ones(channels, 1, 1))

    def measure(self, images: torch.Tensor) -> None:
        """Of (N, C, H, W) in [-1, 1]. A channel of a single value keeps the deviation of a uint8's last bit."""
        deviation, mean = torch.std_mean(images.float(), dim=(0, 2, 3), correction=0)
        self.mean.copy_(mean[:, None, None])
        self.deviation.copy_(deviation.clamp(min=1 / 127.5)[:, None, None])

    def standardise(self, x: torch.Tensor) -> torch.Tensor:
        return (x - self.mean.to(x.dtype)) / self.deviation.to(x.dtype)

    def restore(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.deviation.to(x.dtype) + self.mean.to(x.dtype)


class Generator(nn.Module):
    """(N, inputs, H, W) in [-1, 1] to (N, outputs, H, W) in the other domain; H and W divisible by 4.

    The paper's c7s1-64, d128, d256, R256 × blocks, u128, u64, c7s1-3 at width 64. With `skips`, the decoder's
    activations get the encoder's of the same size added; with a `linear` output, values beyond [-1, 1] are clipped
    when they become an image. `source` and `target` hold the colours of both domains, once they are measured.
    """

    def __init__(self, params: CycleGANGenerator, inputs: int, outputs: int) -> None:
        super().__init__()
        width, norm = params.width, params.norm
        self.skips, self.bounded = params.skips, params.output == "tanh"
        self.encoder = nn.ModuleList(
            [
                nn.Sequential(*_conv(inputs, width, 7, norm)),  # (width, H, W)
                nn.Sequential(*_conv(width, width * 2, 3, norm, stride=2)),  # (2 width, H/2, W/2)
                nn.Sequential(*_conv(width * 2, width * 4, 3, norm, stride=2)),  # (4 width, H/4, W/4)
            ]
        )
        self.blocks = nn.Sequential(*(ResidualBlock(width * 4, norm) for _ in range(params.blocks)))
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
        """From standardised colours to standardised colours."""
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

    A score sees 16, 34, 70 or 142 pixels squared with 1, 2, 3 or 4 `layers` of stride 2:
    3 is the paper's 70×70 for 256×256 images.
    """

    def __init__(self, params: CycleGANDiscriminator, channels: int) -> None:
        width = params.width
        layers: list[nn.Module] = [Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2, inplace=True)]
        inputs = width
        for depth in range(1, params.layers + 1):
            outputs = width * min(2**depth, 8)
            stride = 1 if depth == params.layers else 2
            layers += [
                Conv2d(inputs, outputs, 4, stride, 1, bias=False),
                norm_of("instance", outputs),
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
