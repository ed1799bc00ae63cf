"""Differentiable augmentation of what a discriminator sees, real and generated alike (Zhao et al. 2020, 2006.10738).

A generator that is trained through it does not learn the augmentation. All random numbers come from torch's global
generator of the device.
"""

from collections.abc import Sequence

import torch
from torch.nn import functional as F

from gan.training.draws import integers, uniform

Probability = torch.Tensor | float


def augmented(images: torch.Tensor, policy: Sequence[str], probability: Probability = 1.0) -> torch.Tensor:
    """Images (N, C, H, W) in [-1, 1] to the same, changed at random, image by image.

    Args:
        policy: names of POLICY, used in this order.
        probability: that each of them changes an image; a tensor on the images' device, or a number.
    """
    for name in policy:
        changed = POLICY[name](images)
        chosen = uniform(len(images), 1, 1, 1, device=images.device) < probability
        images = torch.where(chosen, changed, images)
    return images


def colour(images: torch.Tensor) -> torch.Tensor:
    """Brightness by up to ±0.5, saturation 0 … 2 times, contrast 0.5 … 1.5 times."""
    images = images + _uniform(images) - 0.5
    grey = images.mean(1, keepdim=True)
    images = (images - grey) * (2 * _uniform(images)) + grey
    mean = images.mean((1, 2, 3), keepdim=True)
    return (images - mean) * (_uniform(images) + 0.5) + mean


def translation(images: torch.Tensor, most: float = 0.125) -> torch.Tensor:
    """Shift by up to an eighth of the size each way; zeros come in from outside."""
    height, width = images.shape[2:]
    across, down = (int(size * most + 0.5) for size in (width, height))
    padded = F.pad(images, (across, across, down, down))
    rows = torch.arange(height, device=images.device)[None, :, None] + _whole(images, 2 * down + 1)
    columns = torch.arange(width, device=images.device)[None, None, :] + _whole(images, 2 * across + 1)
    index = torch.arange(len(images), device=images.device)[:, None, None]
    return padded.permute(0, 2, 3, 1)[index, rows, columns].permute(0, 3, 1, 2)


def cutout(images: torch.Tensor, share: float = 0.5) -> torch.Tensor:
    """Zeros in a rectangle of half the height and width; its middle lies anywhere in the image."""
    rows, columns = (_cut(images, size, int(size * share + 0.5)) for size in images.shape[2:])
    return images * ~(rows[:, None, :, None] & columns[:, None, None, :])


def _cut(images: torch.Tensor, size: int, length: int) -> torch.Tensor:
    """For each image, a mask (N, size) of `length` neighbouring places, or fewer at an edge."""
    first = integers(size + 1 - length % 2, len(images), 1, device=images.device) - length // 2
    places = torch.arange(size, device=images.device)
    return (places >= first) & (places < first + length)


def _uniform(images: torch.Tensor) -> torch.Tensor:
    """A number in [0, 1) for each image, (N, 1, 1, 1)."""
    return uniform(len(images), 1, 1, 1, device=images.device).to(images.dtype)


def _whole(images: torch.Tensor, below: int) -> torch.Tensor:
    """A whole number in [0, below) for each image, (N, 1, 1)."""
    return integers(below, len(images), 1, 1, device=images.device)


POLICY = {"colour": colour, "translation": translation, "cutout": cutout}
