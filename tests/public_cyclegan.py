"""Networks under the names that the public CycleGAN gives them, and files of their weights as it saves them.

Built of torch's own layers after github.com/junyanz/pytorch-CycleGAN-and-pix2pix, whose code is not used.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from torch import nn

from tests import plain_cyclegan, plain_unet

Norm = Callable[[int], nn.Module]
INSTANCE: Norm = nn.InstanceNorm2d
TRACKED: Norm = partial(nn.InstanceNorm2d, track_running_stats=True)  # as for a while in 2018


class Block(nn.Module):
    """Its convolutions are conv_block.1 and conv_block.5, or .6 with dropout."""

    def __init__(self, channels: int, norm: Norm, bias: bool, dropout: bool) -> None:
        super().__init__()
        first, second = (
            [nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3, bias=bias), norm(channels)] for _ in range(2)
        )
        between = [nn.ReLU(), *([nn.Dropout(0.5)] if dropout else [])]
        self.conv_block = nn.Sequential(*first, *between, *second)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.conv_block(x)


class Resnet(nn.Module):
    """The residual generator: its layers are model.0 to model.27, for 9 blocks."""

    def __init__(
        self, width: int, blocks: int, ends: tuple[int, int] = (3, 3), norm: Norm = INSTANCE, dropout: bool = False
    ) -> None:
        super().__init__()
        bias = norm is not nn.BatchNorm2d
        layers: list[nn.Module] = [
            nn.ReflectionPad2d(3),
            nn.Conv2d(ends[0], width, 7, bias=bias),
            norm(width),
            nn.ReLU(),
        ]
        for k in (width, 2 * width):
            layers += [nn.Conv2d(k, 2 * k, 3, 2, 1, bias=bias), norm(2 * k), nn.ReLU()]
        layers += [Block(4 * width, norm, bias, dropout) for _ in range(blocks)]
        for k in (2 * width, width):
            layers += [nn.ConvTranspose2d(2 * k, k, 3, 2, 1, 1, bias=bias), norm(k), nn.ReLU()]
        self.model = nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(width, ends[1], 7), nn.Tanh())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = self.model(x)
        return made


class Within(nn.Module):
    """A network whose layers are called model.0, model.1, …"""

    def __init__(self, layers: nn.Sequential) -> None:
        super().__init__()
        self.model = layers


def unet(width: int, depth: int, ends: tuple[int, int] = (3, 3)) -> nn.Module:
    return plain_unet.UNet(plain_cyclegan.Options(width=width), depth, *ends, bias=True)


def discriminator(width: int) -> nn.Module:
    return Within(plain_cyclegan.discriminator(width, 3, 3, bias=True))


def trained(network: nn.Module, seed: int = 0) -> nn.Module:
    """The network with random weights, and biases that are not 0, in evaluation mode."""
    torch.manual_seed(seed)
    for weight in network.parameters():
        nn.init.normal_(weight, 0.0, 0.2)
    return network.eval()


def save(network: nn.Module, path: Path, prefix: str = "", zipped: bool = True) -> Path:
    """Write the weights; before torch 1.6 they were not in a zip."""
    weights = {prefix + name: tensor for name, tensor in network.state_dict().items()}
    torch.save(weights, path, _use_new_zipfile_serialization=zipped)
    return path
