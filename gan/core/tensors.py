"""Images as tensors in [-1, 1], as networks see them."""

import torch

from gan.core.images import Uint8


def to_float(images: torch.Tensor) -> torch.Tensor:
    """uint8 NHWC in [0, 255] to float32 NCHW in [-1, 1], laid out channels-last."""
    return images.permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0)


def to_uint8(images: torch.Tensor) -> Uint8:
    """Float NCHW in [-1, 1] to uint8 NHWC in [0, 255], rounded to nearest and clipped."""
    scaled = images.detach().float().add(1.0).mul(127.5).round().clamp(0, 255)
    return scaled.to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
