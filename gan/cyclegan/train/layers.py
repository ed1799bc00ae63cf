"""The layers of CycleGAN's networks, in the type of their input: bfloat16 or float32."""

import torch
from torch import nn
from torch.nn import functional as F


class Conv2d(nn.Conv2d):
    """A convolution in the type of its input, so that the padding and norms around it stay in that type too."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight, bias = _as_type(x.dtype, self.weight, self.bias)
        if x.is_cuda and self.padding_mode == "reflect" and torch.are_deterministic_algorithms_enabled():
            return F.conv2d(reflect(x, int(self.padding[0])), weight, bias, self.stride)
        return self._conv_forward(x, weight, bias)


class ConvTranspose2d(nn.ConvTranspose2d):
    """A transposed convolution that doubles height and width, kernel 3 or 4, in the type of its input."""

    def __init__(self, inputs: int, outputs: int, kernel: int, bias: bool = False) -> None:
        super().__init__(inputs, outputs, kernel, 2, 1, output_padding=kernel % 2, bias=bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:  # type: ignore[override]  # no other output size is asked for
        weight, bias = _as_type(x.dtype, self.weight, self.bias)
        return F.conv_transpose2d(x, weight, bias, stride=2, padding=1, output_padding=self.output_padding)


def reflect(x: torch.Tensor, pad: int) -> torch.Tensor:
    """`F.pad(x, (pad,) * 4, "reflect")` by slices, (N, C, H, W) to (N, C, H + 2 pad, W + 2 pad).

    The gradient of CUDA's own kernel sums in any order, so its bits differ from run to run.
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
    """A norm without weights: `instance` over the pixels of each channel, `layer` over those of all (Ba et al. 2016).

    Instance norm (Ulyanov et al. 2016) takes each channel's mean away, and so the colour of a plain tile.
    """
    return InstanceNorm() if kind == "instance" else nn.GroupNorm(1, channels, affine=False)


class InstanceNorm(nn.Module):
    """`F.instance_norm` of (N, C, H, W) without weights, whose gradient is right in every memory format.

    On a CPU, for a batch of one, torch 2.13.0 and 2.14.1 compute a wrong gradient for it: they read an incoming
    gradient in channels-last as if it were contiguous. `tests/test_layers.py` fails once torch is fixed. For one image,
    batch norm is the same norm; with input and gradient both in channels-last, its gradient is right, and it is faster.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if len(x) > 1:
            return F.instance_norm(x)
        normed = F.batch_norm(x.contiguous(memory_format=torch.channels_last), None, None, training=True)
        if normed.requires_grad:
            normed.register_hook(lambda gradient: gradient.contiguous(memory_format=torch.channels_last))
        return normed


def init_weights(module: nn.Module) -> None:
    """Weights from N(0, 0.02), biases 0, as in the paper's section 7.1 and its public code."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
