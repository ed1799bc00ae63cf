"""A trained model in the hand: images from noise, or translations of images."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property

import numpy as np
import torch

from gan.artifacts.checkpoint import Checkpoint
from gan.core.images import Uint8
from gan.core.runtime import Runtime, choose_runtime
from gan.run.errors import CheckpointError, DataError, GanError
from gan.sampling.use import Direction, Space, Wanted, use_of
from gan.use.whole import TILE, whole

BATCH = 100  # latents at once, as `sample.dcgan.batch_size` has it


class Trained:
    """What `gan.load` returns. A DCGAN can `sample`, a CycleGAN can `translate`. Images are uint8 in [0, 255].

    Attributes:
        model: which one it is, such as `dcgan`.
        meta: what its checkpoint says of itself: model, step, ema_decay, and what its networks are built from.
    """

    def __init__(self, checkpoint: Checkpoint, accelerator: str, precision: str) -> None:
        self.checkpoint, self.meta = checkpoint, checkpoint.meta
        self.model: str = str(checkpoint.meta.get("model"))
        self.accelerator, self.precision = accelerator, precision
        self.use = use_of(self.model)

    def sample(
        self,
        n: int,
        *,
        seed: int = 0,
        classes: Sequence[str | int] = (),
        truncation: float | None = None,
        batch_size: int = BATCH,
    ) -> Uint8:
        """Images from noise, uint8 (n, H, W, C).

        The same n, seed and batch size give the images of the stage `sample`, to the bit on the same machine with the
        same number of threads; of a conditional model, if `classes` are the stage's `labels.npy`.

        Args:
            n: how many; each n draws latents of its own.
            classes: of a conditional model: the names or numbers of the classes that the images show in turn; all by
                default. With as many classes as images, each image gets its own.
            truncation: the largest absolute value of a latent's numbers: 1.5, for example, makes images more usual and
                more alike. None leaves them as they are drawn.
            batch_size: images that go through the network at once; it decides the last bits, and the memory.

        Raises:
            GanError: the model makes nothing from noise, knows no such class, or a number is out of range.
        """
        wanted = Wanted(n, seed, tuple(classes), truncation, batch_size)
        return np.concatenate([*self.batches(wanted)])

    def batches(self, wanted: Wanted) -> Iterator[Uint8]:
        """The images of `sample` in parts, so that many need little memory; raises as `sample`."""
        if self.use.samples is None:
            raise CheckpointError(f"{self} translates images, and makes none from noise; translate with it")
        if wanted.count < 1 or wanted.batch_size < 1 or wanted.seed < 0:
            what = f"n {wanted.count}, batch_size {wanted.batch_size}, seed {wanted.seed}"
            raise GanError(f"{what}: n and batch_size must be at least 1, and the seed 0 or more")
        with _borrowed(self.accelerator, self.precision) as runtime:
            yield from self.use.samples(self.checkpoint, wanted, runtime)

    @cached_property
    def directions(self) -> dict[str, Direction]:
        """The translations that it knows, such as a2b and b2a.

        Raises:
            CheckpointError: it knows none, or is of another version.
        """
        if self.use.directions is None:
            raise CheckpointError(f"{self} makes images from noise, and translates none; sample from it")
        return self.use.directions(self.checkpoint)

    @cached_property
    def space(self) -> Space:
        """Its latents, to walk among them.

        Raises:
            CheckpointError: it has none, or is of another version.
        """
        if self.use.space is None:
            raise CheckpointError(f"{self} translates images, and has no latents to walk among; translate with it")
        return self.use.space(self.checkpoint)

    def image(self, latent: torch.Tensor, label: int | None = None) -> Uint8:
        """The image uint8 (H, W, C) of a latent (z_dim,), of a conditional model in this class; raises as `space`."""
        with _borrowed(self.accelerator, self.precision) as runtime:
            return self.space.run(latent, label, runtime)

    def direction(self, name: str) -> Direction:
        """One of `directions`.

        Raises:
            GanError: there is no such direction.
        """
        if name not in self.directions:
            raise GanError(f"direction {name}: {self} knows {' and '.join(self.directions)}, and no other")
        return self.directions[name]

    def translate(self, images: Uint8, direction: str, *, batch_size: int = 16, tile: int = TILE) -> Uint8:
        """Images in the other domain, of the same height and width, whatever they are.

        Images of one size, a multiple of what the network needs, become those of the stage `sample`, to the bit on the
        same machine with the same number of threads and the same batch size.

        Args:
            images: uint8 (N, H, W, C) or (H, W, C), with as many channels as the domain has.
            direction: such as a2b.
            batch_size: images that go through the network at once.
            tile: side in pixels of the parts in which a larger image is translated, as `docs/use.md` explains.

        Raises:
            GanError: the model does not translate, or not in this direction, or the images are of another kind.
        """
        how, many = self.direction(direction), np.asarray(images)
        if many.dtype != np.uint8 or many.ndim not in (3, 4) or many.shape[-1] != how.inputs or 0 in many.shape:
            raise DataError(
                f"images of {many.dtype} {many.shape}: {direction} takes uint8 (N, H, W, {how.inputs}) or "
                f"(H, W, {how.inputs})"
            )
        if batch_size < 1:
            raise GanError(f"batch_size {batch_size}: it must be at least 1")
        together = many if many.ndim == 4 else many[None]
        made = [self.whole(part, direction, tile) for part in _batches(together, batch_size, tile)]
        return np.concatenate(made) if many.ndim == 4 else made[0][0]

    def whole(self, images: Uint8, direction: str, tile: int, note: Callable[[str], None] = lambda _: None) -> Uint8:
        """One batch of `translate`; `note` is told which part of a large image is being translated."""
        with _borrowed(self.accelerator, self.precision) as runtime:
            return whole(self.direction(direction), images, tile, runtime, note)

    def __str__(self) -> str:
        files = [one["file"] for one in self.meta.get("imported", {}).values()]
        origin = f"imported from {' and '.join(files)}" if files else f"step {self.meta.get('step')}"
        return f"{self.checkpoint.path or 'a checkpoint'} ({self.model}, {origin})"


def _batches(images: Uint8, batch_size: int, tile: int) -> Iterator[Uint8]:
    """Parts of images (N, H, W, C), each with no more pixels than one tile unless it is a single image."""
    together = min(batch_size, max(1, tile**2 // (images.shape[1] * images.shape[2])))
    for first in range(0, len(images), together):
        yield images[first : first + together]


@contextmanager
def _borrowed(accelerator: str, precision: str) -> Iterator[Runtime]:
    """A runtime like that of a stage. What it changes in torch for the whole process is given back at the end."""
    cudnn, matmul, deterministic = torch.backends.cudnn, torch.backends.cuda.matmul, torch.utils.deterministic
    before = torch.get_deterministic_debug_mode(), cudnn.benchmark, cudnn.allow_tf32, matmul.allow_tf32
    filled = deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]
    try:
        yield choose_runtime(accelerator, precision, "exact")
    finally:
        torch.set_deterministic_debug_mode(before[0])
        _, cudnn.benchmark, cudnn.allow_tf32, matmul.allow_tf32 = before
        deterministic.fill_uninitialized_memory = filled  # type: ignore[attr-defined]
