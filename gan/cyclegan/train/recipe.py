"""How CycleGAN learns: one training step, previews and state (Zhu et al. 2017, arXiv 1703.10593)."""

from typing import Any

import numpy as np
import torch

from gan.artifacts.checkpoint import named
from gan.core.images import Images, Uint8, evenly, grid, to_rgb
from gan.core.runtime import Runtime
from gan.core.tensors import to_float
from gan.cyclegan.train.domain import Domain
from gan.cyclegan.train.generators import described, generator
from gan.cyclegan.train.translated import translated
from gan.cyclegan.train.unet import depth_for
from gan.params.models.cyclegan import Train
from gan.training.adam import Adam
from gan.training.adversary import Scalars, mean_of
from gan.training.ema import Average, decay_at, memory
from gan.training.frozen import frozen
from gan.training.losses import l1
from gan.training.replay import Replayed, by_penalty
from gan.training.schedules import Rates

PREVIEW = 8  # images of each domain
MEASURED = 500  # images of each domain, for its mean colour


class CycleGAN:
    """Two generators, a2b and b2a, two discriminators, and the step that trains them.

    Args:
        images_a, images_b: the unpaired training sets, uint8 (N, H, W, C). If they differ in their channels,
            `lambda_identity` must be 0.
        params: the `train_cyclegan` block.
        lr: Adam's learning rate, before `lr_factor`.
        seed: decides the order of the images.
    """

    def __init__(
        self, images_a: Images, images_b: Images, params: Train, lr: float, seed: int, runtime: Runtime
    ) -> None:
        self.params, self.runtime = params, runtime
        self.channels = {"a": images_a.shape[-1], "b": images_b.shape[-1]}
        sizes = images_a.shape[1], images_b.shape[1]
        self.depth = depth_for(*sizes, params.crop_size or params.load_size or sizes[0])
        self.a2b, self.b2a = (
            runtime.place(generator(params.generator, self.channels[one], self.channels[other], self.depth))
            for one, other in ("ab", "ba")
        )
        self.a, self.b = (
            Domain(images, params, (seed, index), runtime) for index, images in enumerate((images_a, images_b))
        )
        if params.generator.standardise:
            self._measure_colours(images_a, images_b)
        self.ema_a2b, self.ema_b2a = (Average(net) for net in (self.a2b, self.b2a))
        self.per_epoch = max(self.a.batches.per_epoch, self.b.batches.per_epoch)
        self.rates = Rates(params, lr * params.lr_factor, self.per_epoch)
        self.total_steps = self.rates.total
        for domain in (self.a, self.b):
            domain.adversary.plan(self.total_steps)
        self.d_parameters = [*self.a.discriminators.parameters(), *self.b.discriminators.parameters()]
        clip, d_betas = params.clip_gradients, params.discriminator_betas or params.betas
        self.g_optimizer = Adam([*self.a2b.parameters(), *self.b2a.parameters()], self.rates.lr, params.betas, clip)
        self.d_optimizer = Adam(self.d_parameters, self.rates.lr, d_betas, clip)
        wide = torch.promote_types(runtime.dtype, torch.float32)
        weight = params.lambda_cycle * params.lambda_identity
        self.identity_weight = torch.tensor(weight, dtype=wide, device=runtime.device)
        self._generators_updated = Replayed(self._update_generators, runtime)
        self._translated = Replayed(self._translate_both, runtime)
        self._discriminators_updated = by_penalty(self._update_discriminators, runtime)

    def _fade_identity(self, done: float) -> None:
        """Set λ_cycle · λ_identity, which falls to 0 over the share `identity_fade` of the training.

        CycleGAN-VC stops its identity loss early too, but all at once (Kaneko and Kameoka 2017, arXiv 1711.11293).
        """
        if fade := self.params.identity_fade:
            weight = self.params.lambda_cycle * self.params.lambda_identity
            self.identity_weight.fill_(weight * max(0.0, 1 - done / fade))

    def _measure_colours(self, images_a: Images, images_b: Images) -> None:
        for images, source, target in ((images_a, self.a2b, self.b2a), (images_b, self.b2a, self.a2b)):
            some = to_float(torch.from_numpy(evenly(images, MEASURED)))
            source.source.measure(some)
            target.target.measure(some)

    def step(self, step: int) -> Scalars:
        """One update of all four networks on one batch of each domain; losses as scalars on the device."""
        self.g_optimizer.set_rate(self.rates.generator(step))
        self.d_optimizer.set_rate(self.rates.discriminator(step))
        for domain in (self.a, self.b):
            domain.adversary.fade_noise(step / self.total_steps)
        self._fade_identity(step / self.total_steps)
        updates = self.params.discriminator_steps
        *more, last = range(step * updates, (step + 1) * updates)
        taught = []
        for number in more:
            real_a, real_b = self.a.real(number), self.b.real(number)
            taught.append(self._teach(number, real_a, real_b, *self._translated(real_a, real_b)[1]))
        real_a, real_b = self.a.real(last), self.b.real(last)
        losses, fakes = self._generators_updated(real_a, real_b)
        for average, network in ((self.ema_a2b, self.a2b), (self.ema_b2a, self.b2a)):
            average.update(network, decay_at(self.params, step))
        return losses | mean_of([*taught, self._teach(last, real_a, real_b, *fakes)])

    def _teach(
        self, number: int, real_a: torch.Tensor, real_b: torch.Tensor, fake_a: torch.Tensor, fake_b: torch.Tensor
    ) -> Scalars:
        """The update of both discriminators with this number, with some of the fakes swapped for older ones."""
        penalised = number % self.params.penalties.every == 0
        shown_a, shown_b = self.a.pool.query(fake_a), self.b.pool.query(fake_b)
        return self._discriminators_updated[penalised](real_a, shown_a, real_b, shown_b)[0]

    @torch.no_grad()
    def _translate_both(self, real_a: torch.Tensor, real_b: torch.Tensor) -> tuple[Scalars, tuple[torch.Tensor, ...]]:
        return {}, (self.b2a(real_b), self.a2b(real_a))

    def _update_generators(
        self, real_a: torch.Tensor, real_b: torch.Tensor
    ) -> tuple[Scalars, tuple[torch.Tensor, ...]]:
        """Minimise adversarial + λ_cycle · cycle + λ_cycle · λ_identity · identity (paper, equation 3 and 5.2)."""
        lambda_cycle, identity = self.params.lambda_cycle, self.params.lambda_identity > 0
        with frozen(self.d_parameters):
            # Both norms treat each image alone, so one pass over both inputs equals two passes.
            if identity:
                fake_b, same_b = self.a2b(torch.cat([real_a, real_b])).chunk(2)
                fake_a, same_a = self.b2a(torch.cat([real_b, real_a])).chunk(2)
            else:
                fake_b, fake_a = self.a2b(real_a), self.b2a(real_b)
            losses = {
                "g_a2b": self.b.adversary.judge(fake_b, real_b),
                "g_b2a": self.a.adversary.judge(fake_a, real_a),
                "cycle_a": l1(self.b2a(fake_b), real_a),  # b2a(a2b(a)) ≈ a
                "cycle_b": l1(self.a2b(fake_a), real_b),
            }
            total = losses["g_a2b"] + losses["g_b2a"] + lambda_cycle * (losses["cycle_a"] + losses["cycle_b"])
            if identity:
                losses["identity_a"] = l1(same_a, real_a)  # b2a(a) ≈ a
                losses["identity_b"] = l1(same_b, real_b)
                total = total + self.identity_weight * (losses["identity_a"] + losses["identity_b"])
        self.g_optimizer.minimise(total)
        return {name: loss.detach() for name, loss in losses.items()}, (fake_a.detach(), fake_b.detach())

    def _update_discriminators(
        self, penalised: bool, real_a: torch.Tensor, fake_a: torch.Tensor, real_b: torch.Tensor, fake_b: torch.Tensor
    ) -> tuple[Scalars, tuple[()]]:
        """Minimise each domain's adversarial loss, by default ((D(real) - 1)² + D(pooled fake)²) / 2 (section 4)."""
        losses: Scalars = {}
        watched: Scalars = {}
        for name, domain, real, fake in (("d_a", self.a, real_a, fake_a), ("d_b", self.b, real_b, fake_b)):
            losses[name], seen = domain.adversary.learn(real, fake, penalised)
            watched |= {f"{name}_{kind}": value for kind, value in seen.items()}
        self.d_optimizer.minimise(torch.stack([*losses.values()]).sum())
        return {name: loss.detach() for name, loss in losses.items()} | watched, ()

    def _translate(self, network: Average, images: Uint8) -> Uint8:
        return translated(network, images, self.params.batch_size * 8, self.runtime)

    def preview(self) -> Uint8:
        """Rows of A, its translation, B, its translation; the same training images each time."""
        a, b = (evenly(domain.batches.images, PREVIEW) for domain in (self.a, self.b))
        rows = [a, self._translate(self.ema_a2b, a), b, self._translate(self.ema_b2a, b)]
        return grid(np.concatenate([to_rgb(row) for row in rows]), columns=PREVIEW)

    def samples(self, count: int) -> dict[str, Uint8]:
        """Translations of training images, by direction, for the watchdog."""
        a, b = (evenly(domain.batches.images, count) for domain in (self.a, self.b))
        return {"a2b": self._translate(self.ema_a2b, a), "b2a": self._translate(self.ema_b2a, b)}

    def reals(self) -> dict[str, Images]:
        """The training set of each direction's target."""
        return {"a2b": self.b.batches.images, "b2a": self.a.batches.images}

    def meta(self) -> dict[str, Any]:
        """What the generators are rebuilt from."""
        return described(self.params.generator, self.depth) | {"channels": self.channels} | memory(self.params)

    def weights(self) -> dict[str, torch.Tensor]:
        """What a checkpoint keeps: the averaged generators."""
        return named({"a2b": self.ema_a2b.module, "b2a": self.ema_b2a.module})

    def parts(self) -> dict[str, Any]:
        """Everything that a resumed training needs."""
        return {
            "a2b": self.a2b,
            "b2a": self.b2a,
            "d_a": self.a.discriminators,
            "d_b": self.b.discriminators,
            "ema_a2b": self.ema_a2b,
            "ema_b2a": self.ema_b2a,
            "g_optimizer": self.g_optimizer,
            "d_optimizer": self.d_optimizer,
            "pool_a": self.a.pool,
            "pool_b": self.b.pool,
            "strength_a": self.a.adversary.strengths,
            "strength_b": self.b.adversary.strengths,
        }
