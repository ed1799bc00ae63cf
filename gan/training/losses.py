"""Losses: scores or images of any shape in, a scalar out. `d_*` trains the discriminator, `g_*` the generator."""

import torch
from torch.nn import functional as F


def d_non_saturating(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """-log D(x) - log(1 - D(G(z))) on logits (Goodfellow et al. 2014, algorithm 1), mean over scores."""
    return F.softplus(-_exact(real)).mean() + F.softplus(_exact(fake)).mean()


def g_non_saturating(fake: torch.Tensor) -> torch.Tensor:
    """-log D(G(z)) on logits (Goodfellow et al. 2014, section 3), mean over scores."""
    return F.softplus(-_exact(fake)).mean()


def d_least_squares(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """((D(x) - 1)² + D(G(z))²) / 2 (Mao et al. 2017, with CycleGAN's division by 2), mean over scores."""
    return ((_exact(real) - 1).square().mean() + _exact(fake).square().mean()) / 2


def g_least_squares(fake: torch.Tensor) -> torch.Tensor:
    """(D(G(z)) - 1)² (Mao et al. 2017; Zhu et al. 2017, section 4), mean over scores."""
    return (_exact(fake) - 1).square().mean()


def l1(images: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """|images - others|, mean over pixels (Zhu et al. 2017, equation 2)."""
    return (images - others).abs().mean(dtype=torch.promote_types(images.dtype, torch.float32))


def _exact(scores: torch.Tensor) -> torch.Tensor:
    """The scores in at least float32: bfloat16 would round their mean to two digits. `l1` takes its mean so too."""
    return scores.to(torch.promote_types(scores.dtype, torch.float32))
