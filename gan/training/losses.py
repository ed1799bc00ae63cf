"""Losses. A discriminator's scores of real and of generated images in, of any shape; a scalar out.

LOSSES holds them by the names that `loss` in params.yaml can have. "-log D" stands for the logistic loss of a logit.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn import functional as F

Pair = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Loss:
    """What a discriminator minimises, and what its generator does; both are functions of (real, fake).

    Args:
        probability: (real, fake) → the same scores on a scale where 1 means real and 0 generated.
        paired: whether the generator's loss looks at the scores of real images.
        smooths: whether the discriminator's target for real images may be lower than 1; it is then a third argument.
        critic: whether the discriminator does not tell real from generated, but estimates how far they are apart.
    """

    discriminator: Callable[..., torch.Tensor]
    generator: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    probability: Callable[[torch.Tensor, torch.Tensor], Pair]
    paired: bool = False
    smooths: bool = False
    critic: bool = False


def d_logistic(real: torch.Tensor, fake: torch.Tensor, label: float = 1.0) -> torch.Tensor:
    """-log D(x) - log(1 - D(G(z))) on logits (Goodfellow et al. 2014, algorithm 1), mean over scores.

    Args:
        label: the target for real images; below 1 it is one-sided label smoothing (Salimans et al. 2016, section 3.4).
    """
    loss = F.softplus(-_exact(real)).mean() + F.softplus(_exact(fake)).mean()
    return loss if label == 1 else loss + (1 - label) * _exact(real).mean()


def g_non_saturating(_: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """-log D(G(z)) on logits (Goodfellow et al. 2014, section 3), mean over scores."""
    return F.softplus(-_exact(fake)).mean()


def g_minimax(_: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """log(1 - D(G(z))) on logits (Goodfellow et al. 2014, equation 1), mean over scores."""
    return -F.softplus(_exact(fake)).mean()


def d_least_squares(real: torch.Tensor, fake: torch.Tensor, label: float = 1.0) -> torch.Tensor:
    """((D(x) - label)² + D(G(z))²) / 2 (Mao et al. 2017, with CycleGAN's division by 2), mean over scores."""
    return ((_exact(real) - label).square().mean() + _exact(fake).square().mean()) / 2


def g_least_squares(_: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """(D(G(z)) - 1)² (Mao et al. 2017; Zhu et al. 2017, section 4), mean over scores."""
    return (_exact(fake) - 1).square().mean()


def d_hinge(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """max(0, 1 - D(x)) + max(0, 1 + D(G(z))) (Lim and Ye 2017; Miyato et al. 2018, equation 16), mean over scores."""
    return F.relu(1 - _exact(real)).mean() + F.relu(1 + _exact(fake)).mean()


def d_wasserstein(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """D(G(z)) - D(x) (Arjovsky et al. 2017, algorithm 1), mean over scores."""
    return _exact(fake).mean() - _exact(real).mean()


def g_wasserstein(_: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """-D(G(z)) (Arjovsky et al. 2017, algorithm 1), mean over scores; the hinge loss has the same."""
    return -_exact(fake).mean()


def d_relativistic(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """-log σ(D(x) - D(G(z))), pair by pair (Jolicoeur-Martineau 2019; Huang et al. 2024, equation 2), mean."""
    return F.softplus(_exact(fake) - _exact(real)).mean()


def g_relativistic(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """-log σ(D(G(z)) - D(x)), pair by pair (Jolicoeur-Martineau 2019; Huang et al. 2024, equation 2), mean."""
    return F.softplus(_exact(real) - _exact(fake)).mean()


def l1(images: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """|images - others|, mean over pixels (Zhu et al. 2017, equation 2)."""
    return (images - others).abs().mean(dtype=torch.promote_types(images.dtype, torch.float32))


def _exact(scores: torch.Tensor) -> torch.Tensor:
    """The scores in at least float32: bfloat16 would round their mean to two digits. `l1` takes its mean so too."""
    return scores.to(torch.promote_types(scores.dtype, torch.float32))


def _logistic(real: torch.Tensor, fake: torch.Tensor) -> Pair:
    return _exact(real).sigmoid(), _exact(fake).sigmoid()


def _as_it_is(real: torch.Tensor, fake: torch.Tensor) -> Pair:
    return _exact(real), _exact(fake)


def _between_margins(real: torch.Tensor, fake: torch.Tensor) -> Pair:
    """From -1 (generated) … 1 (real)."""
    return (_exact(real) + 1) / 2, (_exact(fake) + 1) / 2


def _around_the_middle(real: torch.Tensor, fake: torch.Tensor) -> Pair:
    """Only differences of scores mean something: relative to the middle between the two means."""
    middle = (_exact(real).mean() + _exact(fake).mean()) / 2
    return (_exact(real) - middle).sigmoid(), (_exact(fake) - middle).sigmoid()


LOSSES = {
    "non_saturating": Loss(d_logistic, g_non_saturating, _logistic, smooths=True),
    "minimax": Loss(d_logistic, g_minimax, _logistic, smooths=True),
    "least_squares": Loss(d_least_squares, g_least_squares, _as_it_is, smooths=True),
    "hinge": Loss(d_hinge, g_wasserstein, _between_margins),
    "wasserstein": Loss(d_wasserstein, g_wasserstein, _around_the_middle, critic=True),
    "relativistic": Loss(d_relativistic, g_relativistic, _around_the_middle, paired=True),
}
