"""Adam as both papers use it."""

from collections.abc import Iterable

import torch
from torch import nn
from torch.optim.adam import adam

from gan.training.ranks import ranks

EPSILON = 1e-8
State = dict[str, list[torch.Tensor]]


class Adam:
    """Adam (Kingma and Ba 2015) in torch's fused kernel, with a learning rate that may change from step to step.

    The bits are those of `torch.optim.Adam(fused=True)`, which imports torch's compiler: two seconds at each start. On
    a GPU the rate is a tensor there, so that a recorded step can read it.

    Args:
        clip: the largest norm of all gradients together; 0 clips nothing.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], lr: float, betas: list[float], clip: float) -> None:
        self.parameters, self.betas, self.clip = [*parameters], betas, clip
        device = self.parameters[0].device
        self.rate = torch.tensor(lr, device=device) if device.type == "cuda" else lr
        self.means = [torch.zeros_like(one) for one in self.parameters]
        self.squares = [torch.zeros_like(one) for one in self.parameters]
        self.steps = [torch.zeros((), device=one.device) for one in self.parameters]

    def set_rate(self, lr: float) -> None:
        """Use this learning rate from now on."""
        if isinstance(self.rate, torch.Tensor):
            self.rate.fill_(lr)
        else:
            self.rate = lr

    def minimise(self, loss: torch.Tensor) -> None:
        """One step down the gradient of a scalar, to which every parameter contributes; of its mean over all ranks."""
        for parameter in self.parameters:
            parameter.grad = None
        loss.backward()
        gradients = [one.grad for one in self.parameters if one.grad is not None]
        ranks().average(gradients)
        if self.clip:
            nn.utils.clip_grad_norm_(self.parameters, self.clip)
        self._step(gradients)

    @torch.no_grad()
    def _step(self, gradients: list[torch.Tensor]) -> None:
        beta1, beta2 = self.betas
        adam(
            self.parameters,  # type: ignore[arg-type]  # a list of parameters is one of tensors
            gradients,
            self.means,
            self.squares,
            [],
            self.steps,
            fused=True,
            amsgrad=False,
            beta1=beta1,
            beta2=beta2,
            lr=self.rate,
            weight_decay=0.0,
            eps=EPSILON,
            maximize=False,
        )

    def state_dict(self) -> State:
        """The moments of the gradients, and the number of steps, of each parameter."""
        return {"means": self.means, "squares": self.squares, "steps": self.steps}

    def load_state_dict(self, state: State) -> None:
        """Copy a state, from any device, into this one's tensors."""
        for name, own in self.state_dict().items():
            for place, value in zip(own, state[name], strict=True):
                place.copy_(value)
