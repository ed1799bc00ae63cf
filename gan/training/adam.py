"""Adam as both papers use it."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn


class Adam(torch.optim.Adam):
    """Adam (Kingma and Ba 2015) in one fused kernel, with a learning rate that may change from step to step.

    On a GPU the rate is a tensor there, so that a recorded step can read it.

    Args:
        clip: the largest norm of all gradients together; 0 clips nothing.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], lr: float, betas: list[float], clip: float) -> None:
        self.listed, self.clip = [*parameters], clip
        on_gpu = self.listed[0].is_cuda
        rate = torch.tensor(lr, device=self.listed[0].device) if on_gpu else lr
        super().__init__(self.listed, lr=rate, betas=(betas[0], betas[1]), fused=True, capturable=on_gpu)

    def set_rate(self, lr: float) -> None:
        """Use this learning rate from now on."""
        for group in self.param_groups:
            if torch.is_tensor(group["lr"]):
                group["lr"].fill_(lr)
            else:
                group["lr"] = lr

    def minimise(self, loss: torch.Tensor) -> None:
        """One step down the gradient of a scalar."""
        self.zero_grad()
        loss.backward()
        if self.clip:
            nn.utils.clip_grad_norm_(self.listed, self.clip)
        self.step()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state, but not its learning rate, which may lie on another device."""
        rates = [group["lr"] for group in self.param_groups]
        super().load_state_dict(state_dict)
        for group, rate in zip(self.param_groups, rates, strict=True):
            group["lr"] = rate
