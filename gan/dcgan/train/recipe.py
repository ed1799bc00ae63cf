"""How DCGAN learns: one training step, previews, samples for the watchdog, and state."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gan.artifacts.checkpoint import named
from gan.core.images import Images, Uint8, grid
from gan.core.runtime import Runtime
from gan.core.seeding import torch_generator
from gan.core.streams import Stream
from gan.core.tensors import to_float, to_uint8
from gan.dcgan.train.architectures import DISCRIMINATORS, GENERATORS
from gan.dcgan.train.nets import described, latents
from gan.params.models.dcgan import Train
from gan.training.adam import Adam
from gan.training.adversary import Adversary, Scalars, mean_of
from gan.training.augment import mirrored
from gan.training.batches import Batches
from gan.training.ema import Average, decay_at, memory
from gan.training.frozen import frozen
from gan.training.ranks import ranks
from gan.training.replay import by_penalty
from gan.training.schedules import Rates
from gan.training.spectra import normalised
from gan.training.sync_batch_norm import synchronised

PREVIEW = 64  # images of a preview, 8 to a row


@dataclass(frozen=True)
class Classes:
    """The classes of the training images: their names in order, and the position there of each image's, int64 (N,)."""

    names: list[str]
    labels: NDArray[np.int64]


class DCGAN:
    """Generator, discriminator and the step that trains them.

    Args:
        images: the training set, uint8 (N, size, size, channels).
        params: the `train_dcgan` block.
        lr: Adam's learning rate for both networks.
        seed: decides the order of the images and the latents of previews.
        classes: where the params are `conditional`.
    """

    def __init__(
        self,
        images: Images,
        params: Train,
        lr: float,
        seed: int,
        runtime: Runtime,
        classes: Classes | None = None,
    ) -> None:
        size, channels = images.shape[2], images.shape[3]
        self.params, self.runtime, self.seed = params, runtime, seed
        self.shape = {"size": size, "channels": channels}
        self.classes, labels = (classes.names, classes.labels) if classes else ([], None)
        shape = (size, channels, len(self.classes))
        generator = GENERATORS[params.architecture](params.generator, *shape)
        self.generator = runtime.place(synchronised(generator, params.sync_batch_norm))
        discriminator = DISCRIMINATORS[params.architecture](params.discriminator, *shape)
        discriminator = synchronised(discriminator, params.sync_batch_norm)
        self.discriminator = runtime.place(normalised(discriminator, params.discriminator.spectral_norm))
        batch_norm = params.discriminator.norm == "batch"
        self.adversary = Adversary(self.discriminator, params, runtime, batch_norm, autocast=True)
        self.ema = Average(self.generator)
        self.batches = Batches(images, params.batch_size, (seed,), runtime, labels, params.shuffle)
        self.per_epoch = self.batches.per_epoch
        self.rates = Rates(params, lr, self.per_epoch)
        self.total_steps = self.rates.total
        self.adversary.plan(self.total_steps)
        self.g_optimizer = Adam(self.generator.parameters(), lr, params.betas, params.clip_gradients)
        self.d_optimizer = Adam(
            self.discriminator.parameters(), lr, params.discriminator_betas or params.betas, params.clip_gradients
        )
        self._learned, self._updated = by_penalty(self._learn, runtime), by_penalty(self._update, runtime)

    def step(self, step: int) -> Scalars:
        """One update of both networks; losses and what the discriminator says, as scalars on the device."""
        self.g_optimizer.set_rate(self.rates.generator(step))
        self.d_optimizer.set_rate(self.rates.discriminator(step))
        self.adversary.fade_noise(step / self.total_steps)
        every, updates = self.params.penalties.every, self.params.discriminator_steps
        *more, last = range(step * updates, (step + 1) * updates)
        before = [self._learned[number % every == 0](*self._inputs(number))[0] for number in more]
        scalars, _ = self._updated[last % every == 0](*self._inputs(last))
        self.ema.update(self.generator, decay_at(self.params, step))
        return mean_of([*before, scalars])

    def _inputs(self, number: int) -> tuple[torch.Tensor, ...]:
        """A batch of real images, as many latents and, if there are classes, the labels of the images."""
        images, *labels = self.batches.with_labels(number)
        real = to_float(images)
        real = mirrored(real) if self.params.flip else real
        z = self.runtime.upload(ranks().part(latents(self.params.batch_size, self.params.generator)))
        return real.to(self.runtime.dtype), z.to(self.runtime.dtype), *labels

    def _learn(
        self, penalised: bool, real: torch.Tensor, z: torch.Tensor, *labels: torch.Tensor
    ) -> tuple[Scalars, tuple[()]]:
        """Update the discriminator alone."""
        with torch.no_grad(), self.runtime.autocast():
            fake = self.generator(z, *labels)
        return self._teach(real, fake, penalised, *labels), ()

    def _update(
        self, penalised: bool, real: torch.Tensor, z: torch.Tensor, *labels: torch.Tensor
    ) -> tuple[Scalars, tuple[()]]:
        """Update the discriminator, then the generator against it (Goodfellow et al. 2014, algorithm 1)."""
        with self.runtime.autocast():
            fake = self.generator(z, *labels)
        scalars = self._teach(real, fake.detach(), penalised, *labels)
        with frozen(self.discriminator.parameters()):
            g_loss = self.adversary.judge(fake, real, *labels)
        self.g_optimizer.minimise(g_loss)
        return {"d_loss": scalars["d_loss"], "g_loss": g_loss.detach()} | scalars, ()

    def _teach(self, real: torch.Tensor, fake: torch.Tensor, penalised: bool, *labels: torch.Tensor) -> Scalars:
        d_loss, seen = self.adversary.learn(real, fake, penalised, *labels)
        self.d_optimizer.minimise(d_loss)
        return {"d_loss": d_loss.detach()} | {f"d_{name}": value for name, value in seen.items()}

    @torch.no_grad()
    def images(self, count: int) -> Uint8:
        """Samples of the averaged generator from latents that never change, uint8 (count, size, size, channels).

        If there are classes, they take turns.
        """
        z = latents(count, self.params.generator, torch_generator(Stream.PREVIEW, self.seed))
        inputs = (z, torch.arange(count) % len(self.classes)) if self.classes else (z,)
        self.ema.eval()  # BatchNorm uses its running statistics, so an image does not depend on the rest of its batch
        with self.runtime.autocast():
            parts = zip(*(one.split(100) for one in inputs), strict=True)
            return np.concatenate([to_uint8(self.ema(*map(self.runtime.upload, part))) for part in parts])

    def preview(self) -> Uint8:
        """A grid of samples from fixed noise."""
        return grid(self.images(PREVIEW), columns=8)

    def samples(self, count: int) -> dict[str, Uint8]:
        """Samples for the watchdog."""
        return {"": self.images(count)}

    def reals(self) -> dict[str, Images]:
        """The training set."""
        return {"": self.batches.images}

    def meta(self) -> dict[str, Any]:
        """The arguments that the generator is built from; what is left out is as in the paper."""
        architecture = self.params.architecture
        chosen = {} if architecture == "dcgan" else {"architecture": architecture}
        classes = {"classes": self.classes} if self.classes else {}
        shape = {"generator": described(self.params.generator), **self.shape}
        return shape | chosen | classes | memory(self.params)

    def weights(self) -> dict[str, torch.Tensor]:
        """What a checkpoint keeps: the averaged generator."""
        return named({"generator": self.ema.module})

    def parts(self) -> dict[str, Any]:
        """Everything that a resumed training needs."""
        return {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "ema": self.ema,
            "strength": self.adversary.strength,
            "g_optimizer": self.g_optimizer,
            "d_optimizer": self.d_optimizer,
        }
