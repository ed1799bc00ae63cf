"""Read packed images in shuffled batches whose order is a function of the seed and the step alone."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray

from gan.core.images import Images
from gan.core.runtime import Runtime
from gan.core.streams import Stream, numpy_generator
from gan.run.errors import DataError

SHARE = 0.25  # of a GPU's free memory that one set of images may take


class Batches:
    """Epochs of full batches, each epoch in a new order. It has no state that a resumed run would have to restore.

    On a GPU, images that fit stay there; of others the next batch is read while a step is computed.

    Args:
        images: uint8 (N, H, W, C).
        batch_size: images in a batch; an incomplete last batch of an epoch is dropped, as its BatchNorm would differ.
        key: integers that decide the order, such as (seed, domain).
        runtime: where the batches are needed.

    Raises:
        DataError: there are fewer images than `batch_size`.
    """

    def __init__(self, images: Images, batch_size: int, key: tuple[int, ...], runtime: Runtime) -> None:
        if len(images) < batch_size:
            raise DataError(f"a batch of {batch_size} needs more than the {len(images)} images there are")
        self.images = images
        self.batch_size = batch_size
        self.key = key
        self.per_epoch = len(images) // batch_size
        self._epoch = -1
        self._order = np.empty(0, np.int64)
        self._read = self._reader(runtime)

    def at(self, step: int) -> torch.Tensor:
        """The batch of a step counted from 0: uint8 (batch_size, H, W, C), on the runtime's device."""
        return self._read(step)

    def _reader(self, runtime: Runtime) -> Callable[[int], torch.Tensor]:
        if runtime.device.type != "cuda":
            return lambda step: torch.from_numpy(self.images[self._chosen(step)])
        size = len(self.images) * int(np.prod(self.images.shape[1:]))  # bytes
        if size <= SHARE * torch.cuda.mem_get_info(runtime.device)[0]:
            return resident(self.images, self._chosen, runtime)
        return prefetched(lambda step: runtime.upload(torch.from_numpy(self.images[self._chosen(step)])))

    def _chosen(self, step: int) -> NDArray[np.int64]:
        """The indices of a step's images, in their order on disk."""
        epoch, index = divmod(step, self.per_epoch)
        if epoch != self._epoch:
            self._epoch = epoch
            self._order = numpy_generator(Stream.ORDER, *self.key, epoch).permutation(len(self.images))
        return np.sort(self._order[index * self.batch_size : (index + 1) * self.batch_size])


def resident(
    images: Images, chosen: Callable[[int], NDArray[np.int64]], runtime: Runtime
) -> Callable[[int], torch.Tensor]:
    """Copy all images to the device once; then only the indices of a batch travel there."""
    on_device = torch.from_numpy(np.array(images[:])).to(runtime.device)
    return lambda step: on_device[runtime.upload(torch.from_numpy(chosen(step)))]


def prefetched(read: Callable[[int], torch.Tensor]) -> Callable[[int], torch.Tensor]:
    """`read`, in a thread: once a step's batch is given out, the next one is read."""
    pool = ThreadPoolExecutor(1)
    coming: dict[int, Future[torch.Tensor]] = {}

    def at(step: int) -> torch.Tensor:
        found = coming.pop(step, None) or pool.submit(read, step)
        coming.clear()
        coming[step + 1] = pool.submit(read, step + 1)
        return found.result()

    return at
