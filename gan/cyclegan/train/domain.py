"""One of CycleGAN's two image sets, and what belongs to it."""

import torch

from gan.core.images import Images
from gan.core.runtime import Runtime
from gan.core.tensors import to_float
from gan.cyclegan.train.image_pool import ImagePool
from gan.cyclegan.train.nets import Discriminator
from gan.params.models.cyclegan import Train
from gan.training.adversary import Adversary
from gan.training.augment import resize_crop_flip
from gan.training.batches import Batches
from gan.training.spectra import normalised


class Domain:
    """A training set, the discriminator that tells its images from fakes, and a pool of such fakes.

    Args:
        images: uint8 (N, H, W, C).
        key: integers that decide the order of the images.
    """

    def __init__(self, images: Images, params: Train, key: tuple[int, ...], runtime: Runtime) -> None:
        self.params, self.runtime, self.images = params, runtime, images
        self.load_size = params.load_size or images.shape[1]
        self.crop_size = params.crop_size or self.load_size
        self.channels = images.shape[-1]
        discriminator = Discriminator(params.discriminator, self.channels)
        self.discriminator = runtime.place(normalised(discriminator, params.discriminator.spectral_norm))
        self.adversary = Adversary(self.discriminator, params, runtime, batch_norm=False, autocast=False)
        self.batches = Batches(images, params.batch_size, key, runtime)
        self.pool = ImagePool(params.pool_size, runtime)

    def real(self, number: int) -> torch.Tensor:
        """A batch (N, C, crop, crop) in [-1, 1], resized, cropped and mirrored at random."""
        images = to_float(self.batches.at(number))
        images = resize_crop_flip(images, self.load_size, self.crop_size, self.params.flip)
        return images.to(self.runtime.dtype)
