"""A second CycleGAN, as in its paper and its authors' code, for tests to compare ours with.

It uses no code of `gan`, but Zhu et al. 2017 (arXiv 1703.10593), sections 3, 4 and 7, and the layers of
github.com/junyanz/pytorch-CycleGAN-and-pix2pix. `nn.InstanceNorm2d` is not used: its gradient may be wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

Colours = tuple[torch.Tensor, torch.Tensor]  # mean and deviation of a domain's channels, each (C,)
Pool = Callable[[torch.Tensor], torch.Tensor]  # a new batch of fakes → the fakes that the discriminator is shown


class Norm(nn.Module):
    """(x - mean) / √(variance + 1e-5), over the pixels of each channel, or over those of all channels."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.over = {"instance": (2, 3), "layer": (1, 2, 3)}[kind]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean = x.mean(self.over, keepdim=True)
        variance = ((x - mean) ** 2).mean(self.over, keepdim=True)
        return (x - mean) / torch.sqrt(variance + 1e-5)


@dataclass(frozen=True)
class Options:
    """The options of the generator; the defaults are the paper's values. `colours` are those of source and target."""

    width: int = 64
    blocks: int = 9
    gated: bool = False
    downsample_padding: str = "zeros"
    upsample: str = "transposed"
    norm: str = "instance"
    skips: bool = False
    output: str = "tanh"
    colours: tuple[Colours, Colours] | None = None
    make_norm: Callable[[str], nn.Module] = Norm


class Gated(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        half = x.shape[1] // 2
        return torch.tanh(x[:, :half]) / (1 + torch.exp(-x[:, half:]))


class ResnetBlock(nn.Module):
    def __init__(self, channels: int, norm: Callable[[], nn.Module], bias: bool, gated: bool) -> None:
        super().__init__()
        inner, activation = (2 * channels, Gated()) if gated else (channels, nn.ReLU())
        self.body = nn.Sequential(
            nn.ReflectionPad2d(1), nn.Conv2d(channels, inner, 3, bias=bias), norm(), activation,
            nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3, bias=bias), norm(),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.body(x)


class Generator(nn.Module):
    """c7s1-k, d2k, d4k, R4k × blocks, u2k, uk, c7s1-3 at width k; `bias` before norms as in the authors' code."""

    def __init__(self, options: Options, inputs: int, outputs: int, bias: bool = False) -> None:
        super().__init__()
        self.options = options
        k, norm = options.width, partial(options.make_norm, options.norm)
        self.c7 = nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(inputs, k, 7, bias=bias), norm(), nn.ReLU())
        self.d2 = nn.Sequential(*self._down(k, 2 * k, bias), norm(), nn.ReLU())
        self.d4 = nn.Sequential(*self._down(2 * k, 4 * k, bias), norm(), nn.ReLU())
        self.residual = nn.Sequential(*[ResnetBlock(4 * k, norm, bias, options.gated) for _ in range(options.blocks)])
        self.u2 = nn.Sequential(*self._up(4 * k, 2 * k, bias), norm(), nn.ReLU())
        self.u1 = nn.Sequential(*self._up(2 * k, k, bias), norm(), nn.ReLU())
        self.last = nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(k, outputs, 7))

    def _down(self, inputs: int, outputs: int, bias: bool) -> list[nn.Module]:
        if self.options.downsample_padding == "reflect":
            return [nn.ReflectionPad2d(1), nn.Conv2d(inputs, outputs, 3, stride=2, bias=bias)]
        return [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=bias)]

    def _up(self, inputs: int, outputs: int, bias: bool) -> list[nn.Module]:
        if self.options.upsample == "resize":
            return [nn.Upsample(scale_factor=2), nn.ReflectionPad2d(1), nn.Conv2d(inputs, outputs, 3, bias=bias)]
        return [nn.ConvTranspose2d(inputs, outputs, 3, stride=2, padding=1, output_padding=1, bias=bias)]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.options.colours:
            mean, deviation = self.options.colours[0]
            x = (x - mean[:, None, None]) / deviation[:, None, None]
        full = self.c7(x)
        half = self.d2(full)
        x = self.u2(self.residual(self.d4(half)))
        x = self.u1(x + half if self.options.skips else x)
        x = self.last(x + full if self.options.skips else x)
        if self.options.colours:
            mean, deviation = self.options.colours[1]
            x = x * deviation[:, None, None] + mean[:, None, None]
        return torch.tanh(x) if self.options.output == "tanh" else x


def discriminator(
    width: int, layers: int, channels: int, bias: bool = False, make_norm: Callable[[str], nn.Module] = Norm
) -> nn.Sequential:
    """C64-C128-C256-C512 and a score per patch, for 3 layers; the first convolution has no norm."""
    parts: list[nn.Module] = [nn.Conv2d(channels, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
    before = width
    for layer in range(1, layers + 1):
        after = min(2**layer, 8) * width
        stride = 2 if layer < layers else 1
        conv = nn.Conv2d(before, after, 4, stride=stride, padding=1, bias=bias)
        parts += [conv, make_norm("instance"), nn.LeakyReLU(0.2)]
        before = after
    return nn.Sequential(*parts, nn.Conv2d(before, 1, 4, stride=1, padding=1))


class MultiScale(nn.Module):
    """The scores of each discriminator: the first of the image, each other one of an image half as large as the last.

    As in pix2pixHD (Wang et al. 2018): a mean over windows of 3×3 pixels, two apart, of the pixels inside the image.
    """

    def __init__(self, networks: list[nn.Sequential]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        scores = []
        for network in self.networks:
            scores.append(network(x))
            ones = torch.ones(x.shape[1], 1, 3, 3, dtype=x.dtype)
            sums, counts = (F.conv2d(y, ones, stride=2, padding=1, groups=x.shape[1]) for y in (x, torch.ones_like(x)))
            x = sums / counts
        return scores


@dataclass
class Training:
    """Four networks, an optimiser for the generators and one for the discriminators; no two inputs share a pass."""

    a2b: nn.Module
    b2a: nn.Module
    d_a: nn.Module
    d_b: nn.Module
    lambda_cycle: float = 10.0
    lambda_identity: float = 0.5  # relative to lambda_cycle

    def optimise(self, lr: float, betas: tuple[float, float]) -> None:
        generators = [*self.a2b.parameters(), *self.b2a.parameters()]
        discriminators = [*self.d_a.parameters(), *self.d_b.parameters()]
        self.g_adam = torch.optim.Adam(generators, lr, betas, fused=False)
        self.d_adam = torch.optim.Adam(discriminators, lr, betas, fused=False)

    def step(self, a: torch.Tensor, b: torch.Tensor, pool_a: Pool, pool_b: Pool) -> dict[str, float]:
        """Update the generators by least squares and L1, then the discriminators by least squares, halved."""
        fake_b, fake_a = self.a2b(a), self.b2a(b)
        losses = {
            "g_a2b": squares(self.d_b(fake_b), 1.0),
            "g_b2a": squares(self.d_a(fake_a), 1.0),
            "cycle_a": F.l1_loss(self.b2a(fake_b), a),
            "cycle_b": F.l1_loss(self.a2b(fake_a), b),
        }
        weights = {"g_a2b": 1.0, "g_b2a": 1.0, "cycle_a": self.lambda_cycle, "cycle_b": self.lambda_cycle}
        if self.lambda_identity:
            losses |= {"identity_a": F.l1_loss(self.b2a(a), a), "identity_b": F.l1_loss(self.a2b(b), b)}
            weights |= dict.fromkeys(("identity_a", "identity_b"), self.lambda_cycle * self.lambda_identity)
        self.g_adam.zero_grad()
        sum((weights[name] * losses[name] for name in losses), torch.zeros(())).backward()
        self.g_adam.step()

        shown_a, shown_b = pool_a(fake_a.detach()), pool_b(fake_b.detach())
        self.d_adam.zero_grad()
        losses["d_a"] = (squares(self.d_a(a), 1.0) + squares(self.d_a(shown_a), 0.0)) / 2
        losses["d_a"].backward()
        losses["d_b"] = (squares(self.d_b(b), 1.0) + squares(self.d_b(shown_b), 0.0)) / 2
        losses["d_b"].backward()
        self.d_adam.step()
        return {name: loss.item() for name, loss in losses.items()}


def squares(scores: torch.Tensor | list[torch.Tensor], label: float) -> torch.Tensor:
    if isinstance(scores, list):
        return torch.stack([squares(one, label) for one in scores]).sum()
    return F.mse_loss(scores, torch.full_like(scores, label))
