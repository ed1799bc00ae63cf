"""How DCGAN learns: one training step, previews, samples for the watchdog, and state."""

from typing import Any

import numpy as np
import torch

from gan.artifacts.checkpoint import named
from gan.core.images import Images, Uint8, grid
from gan.core.runtime import Runtime
from gan.core.seeding import torch_generator
from gan.core.streams import Stream
from gan.core.tensors import to_float, to_uint8
from gan.dcgan.train.nets import Discriminator, Generator, latents
from gan.params.models.dcgan import Train
from gan.training.adam import Adam
from gan.training.batches import Batches
from gan.training.ema import Average
from gan.training.frozen import frozen
from gan.training.health import health
from gan.training.losses import d_non_saturating, g_non_saturating
from gan.training.replay import Replayed

PREVIEW = 64  # images of a preview, 8 to a row


class DCGAN:
    """Generator, discriminator and the step that trains them.

    Args:
        images: the training set, uint8 (N, size, size, channels).
        params: the `train_dcgan` block.
        lr: Adam's learning rate for both networks.
        seed: decides the order of the images and the latents of previews.
    """

    def __init__(self, images: Images, params: Train, lr: float, seed: int, runtime: Runtime) -> None:
        size, channels = images.shape[2], images.shape[3]
        self.params, self.runtime, self.seed = params, runtime, seed
        self.shape = {"size": size, "channels": channels}
        self.generator = runtime.place(Generator(params.generator, size, channels))
        self.discriminator = runtime.place(Discriminator(params.discriminator, size, channels))
        self.ema = Average(self.generator, params.ema_decay)
        self.g_optimizer, self.d_optimizer = (
            Adam(network.parameters(), lr, params.betas) for network in (self.generator, self.discriminator)
        )
        self.batches = Batches(images, params.batch_size, (seed,), runtime)
        self.per_epoch = self.batches.per_epoch
        self.total_steps = params.epochs * self.per_epoch
        self._updated = Replayed(self._update, runtime)

    def step(self, step: int) -> dict[str, torch.Tensor]:
        """One update of both networks on one batch; losses and mean D outputs as scalars on the device."""
        real = to_float(self.batches.at(step)).to(self.runtime.dtype)
        z = self.runtime.upload(latents(len(real), self.params.generator)).to(self.runtime.dtype)
        return self._updated(real, z)[0]

    def _update(self, real: torch.Tensor, z: torch.Tensor) -> tuple[dict[str, torch.Tensor], tuple[()]]:
        # (1) Discriminator: maximise log D(x) + log(1 - D(G(z)))
        with self.runtime.autocast():
            fake = self.generator(z)
            on_real, on_fake = self.discriminator(real), self.discriminator(fake.detach())
        d_loss = d_non_saturating(on_real, on_fake)
        self.d_optimizer.zero_grad()
        d_loss.backward()
        self.d_optimizer.step()

        # (2) Generator: maximise log D(G(z)), against the discriminator just updated
        with frozen(self.discriminator.parameters()), self.runtime.autocast():
            g_loss = g_non_saturating(self.discriminator(fake))
        self.g_optimizer.zero_grad()
        g_loss.backward()
        self.g_optimizer.step()

        self.ema.update(self.generator)
        real_says, fake_says = (scores.detach().float().sigmoid() for scores in (on_real, on_fake))
        scalars = {
            "d_loss": d_loss.detach(),
            "g_loss": g_loss.detach(),
            "d_real": real_says.mean(),  # D(x): 1 if D recognises every real
            "d_fake": fake_says.mean(),  # D(G(z)): 0 if D recognises every fake
            **{f"d_{name}": value for name, value in health(real_says, fake_says).items()},
        }
        return scalars, ()

    @torch.no_grad()
    def images(self, count: int) -> Uint8:
        """Samples of the averaged generator from latents that never change, uint8 (count, size, size, channels)."""
        z = latents(count, self.params.generator, torch_generator(Stream.PREVIEW, self.seed))
        self.ema.eval()  # BatchNorm uses its running statistics, so an image does not depend on the rest of its batch
        with self.runtime.autocast():
            return np.concatenate([to_uint8(self.ema(self.runtime.upload(part))) for part in z.split(100)])

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
        """The arguments that `Generator` is built from."""
        return {"generator": self.params.generator.model_dump(), **self.shape}

    def weights(self) -> dict[str, torch.Tensor]:
        """What a checkpoint keeps: the averaged generator."""
        return named({"generator": self.ema.module})

    def parts(self) -> dict[str, Any]:
        """Everything that a resumed training needs."""
        return {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "ema": self.ema,
            "g_optimizer": self.g_optimizer,
            "d_optimizer": self.d_optimizer,
        }
