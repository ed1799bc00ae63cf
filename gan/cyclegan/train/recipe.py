"""How CycleGAN learns: one training step, previews and state (Zhu et al. 2017, arXiv 1703.10593)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from gan.artifacts.checkpoint import named
from gan.core.images import Images, Uint8, evenly, grid, to_rgb
from gan.core.runtime import Runtime
from gan.core.tensors import to_float
from gan.cyclegan.train.image_pool import ImagePool
from gan.cyclegan.train.nets import Discriminator, Generator
from gan.cyclegan.train.translated import translated
from gan.params.models.cyclegan import Train
from gan.training.adam import Adam
from gan.training.augment import resize_crop_flip
from gan.training.batches import Batches
from gan.training.ema import Average
from gan.training.frozen import frozen
from gan.training.health import health
from gan.training.losses import d_least_squares, g_least_squares, l1
from gan.training.replay import Replayed

PREVIEW = 8  # images of each domain
MEASURED = 500  # images of each domain, for its mean colour


@dataclass
class Domain:
    """One of the two image sets and what belongs to it."""

    batches: Batches
    discriminator: Discriminator  # distinguishes this domain's images from fakes
    pool: ImagePool  # fakes of this domain


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
        self.load_size = params.load_size or images_a.shape[1]
        self.crop_size = params.crop_size or self.load_size
        self.channels = {"a": images_a.shape[-1], "b": images_b.shape[-1]}
        self.a2b, self.b2a = (
            runtime.place(Generator(params.generator, self.channels[one], self.channels[other]))
            for one, other in ("ab", "ba")
        )
        self.a, self.b = (self._domain(images, (seed, index)) for index, images in enumerate((images_a, images_b)))
        if params.generator.standardise:
            self._measure_colours(images_a, images_b)
        self.ema_a2b, self.ema_b2a = (Average(net, params.ema_decay) for net in (self.a2b, self.b2a))
        self.per_epoch = max(self.a.batches.per_epoch, self.b.batches.per_epoch)
        self.total_steps = (params.epochs + params.decay_epochs) * self.per_epoch
        g_parameters = [*self.a2b.parameters(), *self.b2a.parameters()]
        self.d_parameters = [*self.a.discriminator.parameters(), *self.b.discriminator.parameters()]
        self.lr = lr * params.lr_factor
        self.g_optimizer, self.d_optimizer = (
            Adam(parameters, self.lr, params.betas) for parameters in (g_parameters, self.d_parameters)
        )
        self._generators_updated = Replayed(self._update_generators, runtime)
        self._discriminators_updated = Replayed(self._update_discriminators, runtime)

    def _domain(self, images: Images, key: tuple[int, ...]) -> Domain:
        discriminator = self.runtime.place(Discriminator(self.params.discriminator, images.shape[-1]))
        batches = Batches(images, self.params.batch_size, key, self.runtime)
        return Domain(batches, discriminator, ImagePool(self.params.pool_size, self.runtime))

    def _measure_colours(self, images_a: Images, images_b: Images) -> None:
        for images, source, target in ((images_a, self.a2b, self.b2a), (images_b, self.b2a, self.a2b)):
            some = to_float(torch.from_numpy(evenly(images, MEASURED)))
            source.source.measure(some)
            target.target.measure(some)

    def _lr_factor(self, step: int) -> float:
        """Constant for `epochs`, then linear to 0 over `decay_epochs` (paper, section 4), step by step."""
        decay = self.params.decay_epochs * self.per_epoch
        return min(1.0, (self.total_steps - step) / decay) if decay else 1.0

    def _real(self, domain: Domain, step: int) -> torch.Tensor:
        images = to_float(domain.batches.at(step))
        images = resize_crop_flip(images, self.load_size, self.crop_size, self.params.flip)
        return images.to(self.runtime.dtype)

    def step(self, step: int) -> dict[str, torch.Tensor]:
        """One update of all four networks on one batch of each domain; losses as scalars on the device."""
        for optimizer in (self.g_optimizer, self.d_optimizer):
            optimizer.set_rate(self.lr * self._lr_factor(step))
        real_a, real_b = self._real(self.a, step), self._real(self.b, step)
        losses, (fake_a, fake_b) = self._generators_updated(real_a, real_b)
        shown_a, shown_b = self.a.pool.query(fake_a), self.b.pool.query(fake_b)
        watched, _ = self._discriminators_updated(real_a, shown_a, real_b, shown_b)
        return losses | watched

    def _update_generators(
        self, real_a: torch.Tensor, real_b: torch.Tensor
    ) -> tuple[dict[str, torch.Tensor], tuple[torch.Tensor, ...]]:
        """Minimise adversarial + λ_cycle · cycle + λ_cycle · λ_identity · identity (paper, equation 3 and 5.2)."""
        lambda_cycle, lambda_identity = self.params.lambda_cycle, self.params.lambda_identity
        with frozen(self.d_parameters):
            # Both norms treat each image alone, so one pass over both inputs equals two passes.
            if lambda_identity > 0:
                fake_b, same_b = self.a2b(torch.cat([real_a, real_b])).chunk(2)
                fake_a, same_a = self.b2a(torch.cat([real_b, real_a])).chunk(2)
            else:
                fake_b, fake_a = self.a2b(real_a), self.b2a(real_b)
            losses = {
                "g_a2b": g_least_squares(self.b.discriminator(fake_b)),
                "g_b2a": g_least_squares(self.a.discriminator(fake_a)),
                "cycle_a": l1(self.b2a(fake_b), real_a),  # b2a(a2b(a)) ≈ a
                "cycle_b": l1(self.a2b(fake_a), real_b),
            }
            total = losses["g_a2b"] + losses["g_b2a"] + lambda_cycle * (losses["cycle_a"] + losses["cycle_b"])
            if lambda_identity > 0:
                losses["identity_a"] = l1(same_a, real_a)  # b2a(a) ≈ a
                losses["identity_b"] = l1(same_b, real_b)
                total = total + lambda_cycle * lambda_identity * (losses["identity_a"] + losses["identity_b"])
        self.g_optimizer.zero_grad()
        total.backward()
        self.g_optimizer.step()
        self.ema_a2b.update(self.a2b)
        self.ema_b2a.update(self.b2a)
        return {name: loss.detach() for name, loss in losses.items()}, (fake_a.detach(), fake_b.detach())

    def _update_discriminators(
        self, real_a: torch.Tensor, fake_a: torch.Tensor, real_b: torch.Tensor, fake_b: torch.Tensor
    ) -> tuple[dict[str, torch.Tensor], tuple[()]]:
        """Minimise ((D(real) - 1)² + D(pooled fake)²) / 2 for each domain (paper, section 4)."""
        losses: dict[str, torch.Tensor] = {}
        watched: dict[str, torch.Tensor] = {}
        for name, domain, real, fake in (("d_a", self.a, real_a, fake_a), ("d_b", self.b, real_b, fake_b)):
            on_real, on_fake = domain.discriminator(torch.cat([real, fake])).chunk(2)
            losses[name] = d_least_squares(on_real, on_fake)
            seen = health(on_real.detach(), on_fake.detach())
            watched |= {f"{name}_{kind}": value for kind, value in seen.items()}
        self.d_optimizer.zero_grad()
        torch.stack([*losses.values()]).sum().backward()
        self.d_optimizer.step()
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
        """The arguments that `Generator` is built from."""
        return {"generator": self.params.generator.model_dump(), "channels": self.channels}

    def weights(self) -> dict[str, torch.Tensor]:
        """What a checkpoint keeps: the averaged generators."""
        return named({"a2b": self.ema_a2b.module, "b2a": self.ema_b2a.module})

    def parts(self) -> dict[str, Any]:
        """Everything that a resumed training needs."""
        return {
            "a2b": self.a2b,
            "b2a": self.b2a,
            "d_a": self.a.discriminator,
            "d_b": self.b.discriminator,
            "ema_a2b": self.ema_a2b,
            "ema_b2a": self.ema_b2a,
            "g_optimizer": self.g_optimizer,
            "d_optimizer": self.d_optimizer,
            "pool_a": self.a.pool,
            "pool_b": self.b.pool,
        }
