"""Adam as both papers use it."""

from collections.abc import Iterable

import torch
from torch import nn


def adam(parameters: Iterable[nn.Parameter], lr: float, betas: list[float]) -> torch.optim.Adam:
    """Adam (Kingma and Ba 2015) in one fused kernel, on CPU and GPU."""
    return torch.optim.Adam(parameters, lr=lr, betas=(betas[0], betas[1]), fused=True)
