"""Read packed images in shuffled batches whose order is a function of the seed and the step alone."""

import numpy as np
import torch

from gan.core.images import Images
from gan.core.streams import Stream, numpy_generator
from gan.run.errors import DataError


class Batches:
    """Epochs of full batches, each epoch in a new order. It has no state that a resumed run would have to restore.

    Args:
        images: uint8 (N, H, W, C).
        batch_size: images in a batch; an incomplete last batch of an epoch is dropped, as its BatchNorm would differ.
        key: integers that decide the order, such as (seed, domain).

    Raises:
        DataError: there are fewer images than `batch_size`.
    """

    def __init__(self, images: Images, batch_size: int, key: tuple[int, ...]) -> None:
        if len(images) < batch_size:
            raise DataError(f"a batch of {batch_size} needs more than the {len(images)} images there are")
        self.images = images
        self.batch_size = batch_size
        self.key = key
        self.per_epoch = len(images) // batch_size
        self._epoch = -1
        self._order = np.empty(0, np.int64)

    def at(self, step: int) -> torch.Tensor:
        """The batch of a step counted from 0: uint8 (batch_size, H, W, C)."""
        epoch, index = divmod(step, self.per_epoch)
        if epoch != self._epoch:
            self._epoch = epoch
            self._order = numpy_generator(Stream.ORDER, *self.key, epoch).permutation(len(self.images))
        chosen = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        return torch.from_numpy(self.images[np.sort(chosen)])
