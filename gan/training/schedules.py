"""Learning rates over a training, as a function of the step alone: a resumed run needs no state of them."""

from math import cos, pi

from gan.params.training import Adversarial, Shape
from gan.run.errors import ParamsError


class Rates:
    """The learning rates of generator and discriminator in each step.

    They are constant for `epochs`, then fall to 0 over `decay_epochs`: linearly, as CycleGAN's (Zhu et al. 2017,
    section 4), or along half a cosine (Loshchilov and Hutter 2017, arXiv 1608.03983). Over the first `warm_up_steps`
    they rise linearly.

    Args:
        lr: of the generator, before the schedule.
        per_epoch: steps.

    Raises:
        ParamsError: the rates would still rise when the training ends.
    """

    def __init__(self, params: Adversarial, lr: float, per_epoch: int) -> None:
        self.params, self.lr = params, lr
        self.total = (params.epochs + params.decay_epochs) * per_epoch
        self.decay_steps = params.decay_epochs * per_epoch
        warm_up = params.schedule.warm_up_steps
        if warm_up >= self.total:
            raise ParamsError(f"schedule.warm_up_steps: {warm_up}, but training has {self.total} steps; use fewer")

    def generator(self, step: int) -> float:
        """The generator's rate in a step counted from 0."""
        return self.lr * self._factor(step, self.params.schedule.decay)

    def discriminator(self, step: int) -> float:
        """The discriminator's rate in a step counted from 0."""
        shape = self.params.schedule.discriminator_decay or self.params.schedule.decay
        return self.lr * self.params.discriminator_lr_factor * self._factor(step, shape)

    def _factor(self, step: int, shape: Shape) -> float:
        falling = 1.0
        if self.decay_steps and shape != "constant":
            left = min(1.0, (self.total - step) / self.decay_steps)
            falling = left if shape == "linear" else (1 - cos(pi * left)) / 2
        warm_up = self.params.schedule.warm_up_steps
        return falling if step >= warm_up else falling * (step + 1) / (warm_up + 1)
