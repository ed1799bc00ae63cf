"""Exponential moving average of a generator's weights (Yazıcı et al. 2019, arXiv 1806.04498)."""

from copy import deepcopy
from itertools import chain

import torch
from torch import nn

from gan.params.training import Adversarial


def decay_at(params: Adversarial, step: int) -> float:
    """The decay of the average in a step counted from 0.

    It is `ema_decay`, or that of `ema_half_life` images. At the start the half-life is at most the share `ema_warm_up`
    of the images seen so far (Karras et al. 2020, StyleGAN2-ADA's code).
    """
    if params.ema_half_life is None:
        return params.ema_decay
    half_life = params.ema_half_life
    if params.ema_warm_up:
        half_life = min(half_life, step * params.batch_size * params.ema_warm_up)
    return float(0.5 ** (params.batch_size / max(half_life, 1e-8)))


def memory(params: Adversarial) -> dict[str, float]:
    """What a checkpoint says of an average by half-life, with the decay that it comes to; empty for `ema_decay`."""
    if params.ema_half_life is None:
        return {}
    decay = 0.5 ** (params.batch_size / params.ema_half_life)
    return {"ema_half_life": params.ema_half_life, "ema_decay": decay}


class Average(nn.Module):
    """A copy that follows a network: average ← decay · average + (1 - decay) · weight at each `update`.

    Buffers (BatchNorm's running statistics) are averaged too; decay 0 copies the network as it is. It computes the same
    bits as `torch.optim.swa_utils.AveragedModel`, whose counter is copied to the GPU in each step, and whose decay
    cannot change.
    """

    begun: torch.Tensor

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.module = deepcopy(network)
        self.register_buffer("begun", torch.tensor(False))  # on the CPU: to read it must not wait for a GPU

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The output of the averaged network."""
        made: torch.Tensor = self.module(*inputs)
        return made

    @torch.no_grad()
    def update(self, network: nn.Module, decay: float) -> None:
        """Follow the network by one step; the first takes its weights as they are."""
        mine, theirs = ([*chain(one.parameters(), one.buffers())] for one in (self.module, network))
        if not self.begun:
            torch._foreach_copy_(mine, theirs)
            self.begun.fill_(True)
        else:
            floats = [index for index, tensor in enumerate(mine) if tensor.is_floating_point()]
            torch._foreach_lerp_([mine[i] for i in floats], [theirs[i] for i in floats], 1 - decay)
            for average, tensor in zip(mine, theirs, strict=True):
                if not average.is_floating_point():  # BatchNorm's count of batches
                    average.copy_(average * decay + tensor * (1 - decay))
