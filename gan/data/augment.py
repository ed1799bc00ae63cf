"""Random resize, crop and flip of a batch, as CycleGAN trains with (Zhu et al. 2017, public code)."""

import torch
from torchvision.transforms.v2 import functional as F


def resize_crop_flip(images: torch.Tensor, load_size: int, crop_size: int, flip: bool) -> torch.Tensor:
    """Float (N, C, H, W) to (N, C, crop_size, crop_size): resized to load_size, cropped and mirrored at random.

    One draw serves the whole batch; torch's global generator makes it.
    """
    if images.shape[-1] != load_size:
        images = F.resize(images, [load_size, load_size], antialias=True)
    if crop_size < load_size:
        top, left = torch.randint(load_size - crop_size + 1, (2,)).tolist()
        images = images[..., top : top + crop_size, left : left + crop_size]
    if flip and torch.rand(()).item() < 0.5:
        images = images.flip(-1)
    return images
