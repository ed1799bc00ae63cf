"""What this machine is, and the most that its convolutions reach."""

import platform
from typing import Any

import torch
from torch import nn

from benchmarks.speed.turns import gigaflops, rates
from gan.core.runtime import Runtime
from gan.training.environment import environment

# A 3×3 convolution of 256 channels, large enough to fill any processor's caches and vectors.
CHANNELS, BATCH, SIZE = 256, 8, 32


def described(runtime: Runtime) -> dict[str, Any]:
    """Name, threads, precision and versions, as columns."""
    found = environment(runtime)
    return {name: found[name] for name in ("device", "threads", "precision", "torch")} | {"host": platform.machine()}


def ceiling(runtime: Runtime, turns: int) -> float:
    """GFLOP/s of a forward and backward pass of that convolution, in the precision and layout of training."""
    network = runtime.place(nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, bias=False))
    images = torch.randn(BATCH, CHANNELS, SIZE, SIZE, device=runtime.device).to(memory_format=torch.channels_last)
    images.requires_grad_()

    def step() -> None:
        with runtime.autocast():
            made = network(images)
        made.sum().backward()

    return rates({"convolution": step}, turns)["convolution"] * gigaflops(step)
