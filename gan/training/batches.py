"""Read packed images in shuffled batches whose order is a function of the seed and the step alone."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray

from gan.core.images import Images
from gan.core.runtime import Runtime
from gan.core.streams import Stream, numpy_generator
from gan.params.training import Shuffle
from gan.run.errors import DataError
from gan.training.order import FULL, Indices, epoch_order
from gan.training.ranks import ranks

Labels = NDArray[np.int64]
Arrays = tuple[Images] | tuple[Images, Labels]
Batch = tuple[torch.Tensor, ...]  # images, and labels if there are any
SHARE = 0.25  # of a GPU's free memory that one set of images may take


class Batches:
    """Epochs of full batches, each epoch in a new order. It has no state that a resumed run would have to restore.

    On a GPU, images that fit stay there; of others the next batch is read while a step is computed.

    Args:
        images: uint8 (N, H, W, C).
        batch_size: images in a batch; an incomplete last batch of an epoch is dropped, as its BatchNorm would differ.
        key: integers that decide the order, such as (seed, domain).
        runtime: where the batches are needed.
        labels: the class of each image, int64 (N,).
        shuffle: how the order is drawn.

    Raises:
        DataError: there are fewer images than `batch_size`.
    """

    def __init__(
        self,
        images: Images,
        batch_size: int,
        key: tuple[int, ...],
        runtime: Runtime,
        labels: Labels | None = None,
        shuffle: Shuffle = FULL,
    ) -> None:
        if len(images) < batch_size:
            raise DataError(f"a batch of {batch_size} needs as many images, there are {len(images)}; lower batch_size")
        self.images = images
        self._arrays: Arrays = (images,) if labels is None else (images, labels)
        self.batch_size = batch_size
        self.key, self.shuffle = key, shuffle
        self.per_epoch = len(images) // batch_size
        self._epoch = -1
        self._order = np.empty(0, np.int64)
        self._read = self._reader(runtime)

    def at(self, step: int) -> torch.Tensor:
        """A step's batch, this rank's part; steps count from 0: uint8 (batch_size / ranks, H, W, C), on its device."""
        return self._read(step)[0]

    def with_labels(self, step: int) -> Batch:
        """The same and, if there are labels, those of its images: int64 (batch_size / ranks,)."""
        return self._read(step)

    def _reader(self, runtime: Runtime) -> Callable[[int], Batch]:
        if runtime.device.type != "cuda":
            return self._taken
        size = len(self.images) * int(np.prod(self.images.shape[1:]))  # bytes
        if size <= SHARE * torch.cuda.mem_get_info(runtime.device)[0]:
            return resident(self._arrays, self._chosen, runtime)
        return prefetched(lambda step: tuple(runtime.upload(part) for part in self._taken(step)))

    def _taken(self, step: int) -> Batch:
        chosen = self._chosen(step)
        return tuple(torch.from_numpy(array[chosen]) for array in self._arrays)

    def _chosen(self, step: int) -> Indices:
        """The indices of this rank's part of a step's images, which are in their order on disk."""
        epoch, index = divmod(step, self.per_epoch)
        if epoch != self._epoch:
            self._epoch = epoch
            self._order = epoch_order(len(self.images), self.shuffle, numpy_generator(Stream.ORDER, *self.key, epoch))
        return ranks().part(np.sort(self._order[index * self.batch_size : (index + 1) * self.batch_size]))


def resident(arrays: Arrays, chosen: Callable[[int], Indices], runtime: Runtime) -> Callable[[int], Batch]:
    """Copy all images and labels to the device once; then only the indices of a batch travel there."""
    on_device = [torch.from_numpy(np.array(array[:])).to(runtime.device) for array in arrays]

    def at(step: int) -> Batch:
        places = runtime.upload(torch.from_numpy(chosen(step)))
        return tuple(array[places] for array in on_device)

    return at


def prefetched(read: Callable[[int], Batch]) -> Callable[[int], Batch]:
    """`read`, in a thread: once a step's batch is given out, the next one is read."""
    pool = ThreadPoolExecutor(1)
    coming: dict[int, Future[Batch]] = {}

    def at(step: int) -> Batch:
        found = coming.pop(step, None) or pool.submit(read, step)
        coming.clear()
        coming[step + 1] = pool.submit(read, step + 1)
        return found.result()

    return at
