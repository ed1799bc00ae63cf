"""One of CycleGAN's two image sets, and what belongs to it."""

import torch
from torch import nn

from gan.core.images import Images
from gan.core.runtime import Runtime
from gan.core.tensors import to_float
from gan.cyclegan.train.image_pool import ImagePool
from gan.cyclegan.train.nets import Discriminator
from gan.params.models.cyclegan import Train
from gan.training.augment import resize_crop_flip
from gan.training.batches import Batches
from gan.training.scales import Scales
from gan.training.spectra import normalised


class Domain:
    """A training set, the discriminators that tell its images from fakes, one to a scale, and a pool of such fakes.

    Args:
        images: uint8 (N, H, W, C).
        key: integers that decide the order of the images.
    """

    def __init__(self, images: Images, params: Train, key: tuple[int, ...], runtime: Runtime) -> None:
        self.params, self.runtime, self.images = params, runtime, images
        self.load_size = params.load_size or images.shape[1]
        self.crop_size = params.crop_size or self.load_size
        self.channels = images.shape[-1]
        shape = params.discriminator
        networks = (Discriminator(shape, self.channels) for _ in range(shape.scales))
        self.discriminators = nn.ModuleList(runtime.place(normalised(one, shape.spectral_norm)) for one in networks)
        self.adversary = Scales([*self.discriminators], params, runtime)
        self.batches = Batches(images, params.batch_size, key, runtime, shuffle=params.shuffle)
        self.pool = ImagePool(params.pool_size, runtime)

    def real(self, number: int) -> torch.Tensor:
        """A batch (N, C, crop, crop) in [-1, 1], resized, cropped and mirrored at random."""
        images = to_float(self.batches.at(number))
        images = resize_crop_flip(images, self.load_size, self.crop_size, self.params.flip)
        return images.to(self.runtime.dtype)
