"""Penalties on a discriminator's gradient with respect to its images, always in float32 and through second derivatives.

A discriminator that gives a score to each patch counts by the mean of an image's scores.
"""

from collections.abc import Callable

import torch

from gan.training.draws import uniform

Score = Callable[[torch.Tensor], torch.Tensor]


def zero_centred(score: Score, images: torch.Tensor) -> torch.Tensor:
    """‖∇D(x)‖², mean over images (Mescheder et al. 2018, equation 9): R1 of real images, R2 of generated ones."""
    return gradients(score, images).square().sum((1, 2, 3)).mean()


def one_centred(score: Score, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """(‖∇D(x̂)‖ - 1)², mean over images (Gulrajani et al. 2017, algorithm 1).

    Each x̂ lies at random on the line between a real and a generated image; the place is drawn from torch's global
    generator of the device.
    """
    wide = torch.promote_types(real.dtype, torch.float32)
    share = uniform(len(real), 1, 1, 1, device=real.device).to(wide)
    between = torch.lerp(real.detach().to(wide), fake.detach().to(wide), share)
    lengths = torch.linalg.vector_norm(gradients(score, between), dim=(1, 2, 3))  # its own slope at 0 is 0, not NaN
    return (lengths - 1).square().mean()


def gradients(score: Score, images: torch.Tensor) -> torch.Tensor:
    """∇D(x) of each image, float32 or wider (N, C, H, W), itself differentiable."""
    wide = torch.promote_types(images.dtype, torch.float32)
    images = images.detach().to(wide).requires_grad_()
    scores = score(images).reshape(len(images), -1).mean(1)
    (found,) = torch.autograd.grad(scores.sum(), images, create_graph=True)
    return found
