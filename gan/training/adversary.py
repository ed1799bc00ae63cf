"""A discriminator, and how it learns from real and generated images. Both models train theirs so."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import nn

from gan.core.runtime import Runtime
from gan.params.training import Adversarial
from gan.training import penalties
from gan.training.diffaugment import augmented
from gan.training.draws import normal_like
from gan.training.health import health
from gan.training.losses import LOSSES, Pair
from gan.training.ranks import ranks
from gan.training.strength import Strength

Scalars = dict[str, torch.Tensor]


def mean_of(updates: list[Scalars]) -> Scalars:
    """Scalars by name, each the mean over the updates that have it."""
    if len(updates) == 1:
        return updates[0]
    names = dict.fromkeys(name for update in reversed(updates) for name in update)
    return {name: torch.stack([one[name].float() for one in updates if name in one]).mean() for name in names}


class Adversary:
    """A discriminator with its loss, its penalties and its augmentation; whoever owns it updates its weights.

    Args:
        network: images (N, C, H, W) to scores, one for an image or one for each of its patches. If it is conditional,
            labels too, int64 (N,).
        params: the block `train_<model>`.
        batch_norm: whether the network has BatchNorm, which must not see real and generated images in one batch.
        autocast: whether the network leaves the precision to autocast; others compute in the type of their input.
    """

    def __init__(
        self, network: nn.Module, params: Adversarial, runtime: Runtime, batch_norm: bool, autocast: bool
    ) -> None:
        self.network, self.params, self.runtime = network, params, runtime
        self.batch_norm, self.autocast = batch_norm, autocast
        self.loss = LOSSES[params.loss]
        self.targets = (params.real_label,) if self.loss.smooths else ()
        self.strength = Strength(params.augment).to(runtime.device)
        self.noise = torch.zeros((), device=runtime.device)  # standard deviation of what is added to images

    def plan(self, steps: int) -> None:
        """Set what depends on the number of generator steps of the whole training; call before the first."""
        self.strength.plan(steps * self.params.discriminator_steps)

    def fade_noise(self, done: float) -> None:
        """Set the deviation of the noise, which fades to 0, once this share of the training is done."""
        if self.params.instance_noise:
            self.noise.fill_(self.params.instance_noise * (1 - done))

    def learn(
        self, real: torch.Tensor, fake: torch.Tensor, penalised: bool, *labels: torch.Tensor
    ) -> tuple[torch.Tensor, Scalars]:
        """The loss that the discriminator minimises, and what is logged of it.

        Args:
            real, fake: images (N, C, H, W) in [-1, 1]; no gradient flows into them.
            penalised: whether this is one of the steps in which penalties are added.
            labels: if the network is conditional, those that each real image shares with the generated one beside it.
        """
        on_real, on_fake = self._on_both(self._seen(real), self._seen(fake), *labels)
        loss = self.loss.discriminator(on_real, on_fake, *self.targets)
        says = self.loss.probability(*(ranks().gathered(scores.detach()) for scores in (on_real, on_fake)))
        adapted = self.strength.adapt(says[0])
        logged = {"real": says[0].mean(), "fake": says[1].mean(), **health(*says), **adapted}
        if self.loss.critic:
            del logged["accuracy"]  # telling all images apart is a critic's work, and no sign that it has won
            logged["distance"] = -loss.detach()
        if penalised and (penalty := self._penalty(real, fake, *labels)) is not None:
            loss, logged = loss + penalty, logged | {"penalty": penalty.detach()}
        return loss, logged

    def judge(self, fake: torch.Tensor, real: torch.Tensor, *labels: torch.Tensor) -> torch.Tensor:
        """The generator's adversarial loss for its images; gradients flow into `fake` alone. Labels as in `learn`."""
        if self.loss.paired:
            on_real, on_fake = self._on_both(self._seen(real), self._seen(fake), *labels)
            return self.loss.generator(on_real.detach(), on_fake)
        with self._precision():
            on_fake = self.network(self._seen(fake), *labels)
        return self.loss.generator(on_fake, on_fake)

    def _on_both(self, real: torch.Tensor, fake: torch.Tensor, *labels: torch.Tensor) -> Pair:
        with self._precision():
            if self.batch_norm:
                return self.network(real, *labels), self.network(fake, *labels)
            twice = (given.repeat(2) for given in labels)
            on_real, on_fake = self.network(torch.cat([real, fake]), *twice).chunk(2)
            return on_real, on_fake

    def _precision(self) -> AbstractContextManager[None]:
        return self.runtime.autocast() if self.autocast else nullcontext()

    def _seen(self, images: torch.Tensor) -> torch.Tensor:
        """The images as the discriminator sees them."""
        if self.params.augment.policy:
            images = augmented(images, self.params.augment.policy, self.strength.probability)
        if self.params.instance_noise:
            images = images + normal_like(images) * self.noise.to(images.dtype)
        return images

    def _penalty(self, real: torch.Tensor, fake: torch.Tensor, *labels: torch.Tensor) -> torch.Tensor | None:
        """The penalties of this step: `every` times as large, as they are left out in the steps between.

        They hold the slope from the images, through augmentation and noise, to the score, as StyleGAN2-ADA's do.
        """

        def score(images: torch.Tensor) -> torch.Tensor:
            return self.network(self._seen(images), *labels)

        wanted = self.params.penalties
        parts = []
        if wanted.r1:
            parts.append(wanted.r1 / 2 * penalties.zero_centred(score, real))
        if wanted.r2:
            parts.append(wanted.r2 / 2 * penalties.zero_centred(score, fake))
        if wanted.gradient:
            parts.append(wanted.gradient * penalties.one_centred(score, real, fake))
        return wanted.every * torch.stack(parts).sum() if parts else None
