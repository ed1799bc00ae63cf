"""What this machine is, and the most that its convolutions reach."""

import platform
from typing import Any, NamedTuple

import torch
from torch import nn

from benchmarks.speed.turns import SECONDS, gigaflops, rates
from gan.core.runtime import Runtime
from gan.training.environment import environment


class Load(NamedTuple):
    """A 3×3 convolution of as many channels as it reads: images (batch, channels, size, size)."""

    channels: int
    batch: int
    size: int


FILLS_A_CPU = Load(256, 8, 32)  # its caches and vectors
FILLS_A_GPU = Load(512, 64, 32)


def described(runtime: Runtime) -> dict[str, Any]:
    """Name, threads, precision and versions, as columns."""
    found = environment(runtime)
    return {name: found[name] for name in ("device", "threads", "precision", "torch")} | {"host": platform.machine()}


def ceiling(runtime: Runtime, turns: int, seconds: float = SECONDS) -> float:
    """GFLOP/s of a forward and backward pass of a large convolution, in the precision and layout of training."""
    channels, batch, size = FILLS_A_GPU if runtime.device.type == "cuda" else FILLS_A_CPU
    network = runtime.place(nn.Conv2d(channels, channels, 3, padding=1, bias=False))
    images = torch.randn(batch, channels, size, size, device=runtime.device, dtype=runtime.dtype)
    images = images.to(memory_format=torch.channels_last).requires_grad_()
    gradient = torch.ones_like(images)  # of the output, which has the same shape

    def step() -> None:
        with runtime.autocast():
            made = network(images)
        images.grad = network.weight.grad = None
        made.backward(gradient)

    return rates({"convolution": step}, turns, seconds)["convolution"] * gigaflops(step)
