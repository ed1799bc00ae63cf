"""How often augmentation changes an image, adapted to how far the discriminator overfits."""

import torch
from torch import nn

from gan.params.training import Augment

WINDOW = 256  # images over which the discriminator's answers are averaged, as in the paper's 4 batches of 64


class Strength(nn.Module):
    """The probability of augmentation; adaptive by ADA's rule (Karras et al. 2020, 2006.06676, section 3.1).

    r_t is the mean sign of the discriminator's answers to training images, positive for real. Near 1 it knows them by
    heart, and the probability rises, from 0 to at most `augment.probability`; below the target it falls.
    """

    probability: torch.Tensor
    sign: torch.Tensor

    def __init__(self, params: Augment) -> None:
        super().__init__()
        self.params = params
        self.pace = 0.0  # how far one update moves the probability
        self.register_buffer("probability", torch.tensor(0.0 if params.adaptive else params.probability))
        self.register_buffer("sign", torch.tensor(0.0))  # r_t

    def plan(self, updates: int) -> None:
        """Set the pace for a training with so many updates of the discriminator; call before the first."""
        self.pace = 1 / (self.params.rise * updates)

    @torch.no_grad()
    def adapt(self, says: torch.Tensor) -> dict[str, torch.Tensor]:
        """Follow what the discriminator says of a batch of real images: 1 for real, 0 for generated.

        Returns:
            What is logged if the probability is adaptive: itself and r_t, as scalars on the device.
        """
        if not self.params.adaptive:
            return {}
        now = (says.float() - 0.5).sign().mean()
        self.sign.lerp_(now, min(1.0, len(says) / WINDOW))
        self.probability.add_((self.sign - self.params.target).sign() * self.pace).clamp_(0, self.params.probability)
        return {"augment_probability": self.probability.clone(), "augment_sign": self.sign.clone()}
