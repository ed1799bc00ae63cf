"""Discriminators of one design, each on images of half the size of those before it (Wang et al. 2018, pix2pixHD)."""

from collections.abc import Iterator, Sequence

import torch
from torch import nn
from torch.nn import functional as F

from gan.core.runtime import Runtime
from gan.params.training import Adversarial
from gan.training.adversary import Adversary, Scalars

NAMES = ("", "half_", "quarter_")  # what is logged of each discriminator begins so


class Scales:
    """An `Adversary` for each scale: the first sees the images as they are, each other one half the size of the last.

    Losses are summed, as in pix2pixHD (arXiv 1711.11585, equation 2). Each adversary has penalties, an augmentation and
    an adaptive strength of its own, on the images that its network sees. A single scale is an `Adversary`, to the bit.

    Args:
        networks: one to three, none of them with BatchNorm; each computes in the type of its input.
        params: the block `train_<model>`.
    """

    def __init__(self, networks: Sequence[nn.Module], params: Adversarial, runtime: Runtime) -> None:
        self.adversaries = [Adversary(one, params, runtime, batch_norm=False, autocast=False) for one in networks]
        self.strengths = nn.ModuleList(one.strength for one in self.adversaries)  # their state

    def plan(self, steps: int) -> None:
        """As `Adversary.plan`, for all."""
        for adversary in self.adversaries:
            adversary.plan(steps)

    def fade_noise(self, done: float) -> None:
        """As `Adversary.fade_noise`, for all."""
        for adversary in self.adversaries:
            adversary.fade_noise(done)

    def learn(self, real: torch.Tensor, fake: torch.Tensor, penalised: bool) -> tuple[torch.Tensor, Scalars]:
        """As `Adversary.learn`; the losses are summed, and what is logged of smaller images begins with their NAMES."""
        losses: list[torch.Tensor] = []
        logged: Scalars = {}
        for name, adversary, reals, fakes in zip(NAMES, self.adversaries, _sizes(real), _sizes(fake), strict=False):
            loss, seen = adversary.learn(reals, fakes, penalised)
            losses.append(loss)
            logged |= {f"{name}{kind}": value for kind, value in seen.items()}
        return sum(losses[1:], losses[0]), logged

    def judge(self, fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """As `Adversary.judge`, summed; gradients flow into `fake` alone."""
        sizes = zip(self.adversaries, _sizes(fake), _sizes(real), strict=False)
        first, *more = [adversary.judge(fakes, reals) for adversary, fakes, reals in sizes]
        return sum(more, first)


def _sizes(images: torch.Tensor) -> Iterator[torch.Tensor]:
    """The images, then half their size, and so on without end."""
    while True:
        yield images
        images = halved(images)


def halved(images: torch.Tensor) -> torch.Tensor:
    """(N, C, H, W) to (N, C, ⌈H / 2⌉, ⌈W / 2⌉): means of 3×3 pixels, at the edges of those that there are."""
    return F.avg_pool2d(images, 3, stride=2, padding=1, count_include_pad=False)
