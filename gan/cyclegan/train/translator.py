"""What all generators of CycleGAN share: the colours of both domains."""

from collections.abc import Iterable

import torch
from torch import nn

from gan.params.models.cyclegan import GeneratorShape


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


class Translator(nn.Module):
    """(N, inputs, H, W) in [-1, 1] to (N, outputs, H, W) in the other domain, by the `layers` of a class below it.

    With a `linear` output, values beyond [-1, 1] are clipped when they become an image. `source` and `target` hold the
    colours of both domains, once they are measured.
    """

    def __init__(self, params: GeneratorShape, inputs: int, outputs: int) -> None:
        super().__init__()
        self.bounded = params.output == "tanh"
        self.source, self.target = Colours(inputs), Colours(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.target.restore(self.layers(self.source.standardise(x)))
        return x.tanh() if self.bounded else x

    def layers(self, x: torch.Tensor) -> torch.Tensor:
        """The network itself: from standardised to standardised colours."""
        raise NotImplementedError


def activations(layers: Iterable[nn.Module], x: torch.Tensor) -> list[torch.Tensor]:
    """The output of each of these layers, one after the other."""
    found = []
    for layer in layers:
        x = layer(x)
        found.append(x)
    return found
