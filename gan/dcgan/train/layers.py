"""Layers of both architectures, and those that make them class-conditional: they look at labels too."""

import torch
from torch import nn
from torch.nn import functional as F

from gan.params.models.dcgan import Norm


class Conditional(nn.Module):
    """A layer that is called with labels, int64 (N,), beside its input."""


class Layers(nn.Sequential):
    """Layers one after the other; those that are conditional get the labels, int64 (N,)."""

    def forward(self, x: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
        """The output of the last layer."""
        for layer in self:
            x = layer(x, labels) if isinstance(layer, Conditional) else layer(x)
        return x


class UpsampledConv2d(nn.Conv2d):
    """Doubles height and width by nearest neighbours, then convolves, 3×3 with zero padding: no checkerboard.

    Odena et al. 2016, doi:10.23915/distill.00003. It computes both at once, as one transposed convolution, with less
    than half of the multiplications (Karras et al. 2018, arXiv 1710.10196, `upscale2d_conv2d` in their code).
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 3, 1, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, inputs, H, W) to (N, outputs, 2H, 2W)."""
        kernel = _spread(_spread(self.weight.transpose(0, 1), 2), 3)
        return F.conv_transpose2d(x, kernel, stride=2, padding=1)


def _spread(kernel: torch.Tensor, dim: int) -> torch.Tensor:
    """Three weights along a side to a transposed convolution's four: each input pixel meets two at once, or one."""
    first, middle, last = kernel.unbind(dim)
    return torch.stack([last, middle + last, first + middle, first], dim)


class ConditionalBatchNorm(Conditional):
    """BatchNorm with a gain and a bias of each class, at first 1 and 0 (de Vries et al. 2017, arXiv 1707.00683)."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.gain, self.bias = nn.Embedding(classes, channels), nn.Embedding(classes, channels)
        nn.init.ones_(self.gain.weight)
        nn.init.zeros_(self.bias.weight)

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        gain, bias = (one(labels).to(x.dtype)[:, :, None, None] for one in (self.gain, self.bias))
        return torch.addcmul(bias, self.norm(x), gain)


class Projection(Conditional):
    """Adds ⟨v(y), φ(x)⟩ to the score (Miyato and Koyama 2018, arXiv 1802.05637, figure 1d).

    φ(x) are the last features, summed over their places, and v(y) is a vector that each class learns.

    Args:
        head: features (N, channels, H, W) to scores (N,).
    """

    def __init__(self, head: list[nn.Module], channels: int, classes: int) -> None:
        super().__init__()
        self.head, self.vector = nn.Sequential(*head), nn.Embedding(classes, channels)
        xavier(self.vector)

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """(N, channels, H, W) to scores (N,)."""
        score: torch.Tensor = self.head(x) + (self.vector(labels) * summed(x)).sum(1)
        return score


def batch_norm(channels: int, classes: int) -> nn.Module:
    """A generator's BatchNorm; conditional if there are classes."""
    return ConditionalBatchNorm(channels, classes) if classes else nn.BatchNorm2d(channels)


def scored(head: list[nn.Module], channels: int, classes: int) -> list[nn.Module]:
    """A discriminator's last layers; with a projection if there are classes."""
    return [Projection(head, channels, classes)] if classes else head


def norm_of(kind: Norm, channels: int) -> nn.Module:
    """A discriminator's norm, with a scale and a bias for each channel."""
    match kind:
        case "batch":
            return nn.BatchNorm2d(channels)
        case "instance":
            return nn.GroupNorm(channels, channels)
        case "layer":
            return nn.GroupNorm(1, channels)
        case "none":
            return nn.Identity()


def summed(x: torch.Tensor) -> torch.Tensor:
    """(N, C, H, W) to (N, C): the sum over places, in at least float32."""
    return x.sum((2, 3), dtype=torch.promote_types(x.dtype, torch.float32))


def xavier(layer: nn.Conv2d | nn.Linear | nn.Embedding, gain: float = 1.0) -> None:
    """Draw a layer's weights from Xavier's uniform distribution (Glorot and Bengio 2010, equation 16)."""
    nn.init.xavier_uniform_(layer.weight, gain)
