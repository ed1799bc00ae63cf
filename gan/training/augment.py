"""Random resize, crop and flip of training images, as in CycleGAN (Zhu et al. 2017, public code)."""

import torch
from torch.nn import functional as F

from gan.training.draws import integers, uniform


def resize_crop_flip(images: torch.Tensor, load_size: int, crop_size: int, flip: bool) -> torch.Tensor:
    """Float (N, C, H, W) to (N, C, crop_size, crop_size): resized to load_size, cropped and mirrored at random.

    Crop and flip are drawn for each image, from torch's global generator. The result is laid out channels-last.
    """
    if images.shape[-1] != load_size:
        images = F.interpolate(images, size=(load_size, load_size), mode="bilinear", antialias=True)
    if crop_size < load_size:
        corners = integers(load_size - crop_size + 1, len(images), 2).tolist()
        cropped = [
            image[:, top : top + crop_size, left : left + crop_size]
            for image, (top, left) in zip(images, corners, strict=True)
        ]
        images = torch.stack(cropped)
    if flip:
        images = mirrored(images)
    return images.contiguous(memory_format=torch.channels_last)


def mirrored(images: torch.Tensor) -> torch.Tensor:
    """Half of the images (N, C, H, W) mirrored, drawn from torch's global generator."""
    turned = (uniform(len(images)) < 0.5).tolist()
    return torch.stack([image.flip(-1) if turn else image for image, turn in zip(images, turned, strict=True)])
