"""Kernel Inception distance between two sets of features (Bińkowski et al. 2018, arXiv 1801.01401)."""

import numpy as np
import torch

from gan.core.streams import Stream, numpy_generator
from gan.features.features import Features

BLOCK = 1024  # rows of kernel values held at once


def features_to_kid(real: Features, fake: Features, within_real: float | None = None) -> tuple[float, float]:
    """KID over all images, and its standard deviation over fresh draws of the fake ones.

    The unbiased squared MMD (Gretton et al. 2012, equation 3) with k(x, y) = (x·y / D + 1)³. For equal distributions it
    is near 0, and may be slightly negative. Papers print the mean over random subsets, which estimates the same number
    with more noise (see `subset_std`).

    As a function of the fake images it is a U-statistic of h(y, z) = k(y, z) - g(y) - g(z), where g(y) is the mean of
    k(x, y) over the real x. Its variance is (4 (M - 2) ζ₁ + 2 ζ₂) / (M (M - 1)), with ζ₁ the variance of the mean of
    h(y, z) over z, and ζ₂ that of h itself (Hoeffding 1948, equation 5.13). For equal distributions ζ₁ is 0. Negative
    estimates of it count as 0, which makes the deviation 10 to 25 % too large there.

    Args:
        real, fake: (N, D) and (M, D), in memory or memory-mapped; N and M at least 2. For M < 4 the deviation is NaN.
        within_real: `mean_within(real)`, if it is known already.
    """
    within_real = mean_within(real) if within_real is None else within_real
    count = len(fake)
    rows, squares = sums_of_h(real, fake)
    pairs = count * (count - 1)
    kid = within_real + float(rows.sum()) / pairs  # h brings -g twice, once for each image of a pair
    if count < 4:
        return kid, float("nan")
    zeta_1, zeta_2 = (max(zeta, 0.0) for zeta in zetas(rows, squares))
    return kid, float(np.sqrt((4 * (count - 2) * zeta_1 + 2 * zeta_2) / pairs))


def zetas(rows: torch.Tensor, squares: float) -> tuple[float, float]:
    """Unbiased estimates of Hoeffding's ζ₁ and ζ₂, from products of h over pairs that share one, two or no image.

    Args:
        rows: sums of h(y, z) over z, for each of M ≥ 4 images y.
        squares: the sum of h(y, z)² over all pairs.
    """
    count = len(rows)
    pairs = count * (count - 1)
    total, of_rows = float(rows.sum()), float(rows.square().sum())
    share_one = (of_rows - squares) / (pairs * (count - 2))
    share_none = (total**2 - 4 * of_rows + 2 * squares) / (pairs * (count - 2) * (count - 3))
    return share_one - share_none, squares / pairs - share_none


def mean_within(features: Features) -> float:
    """The mean of k(x, y) over all pairs of different images of (N, D)."""
    total = 0.0
    for first in range(0, len(features), BLOCK):
        part = slice(first, first + BLOCK)
        for other in range(0, len(features), BLOCK):
            total += float(_kernel(features[part], features[other : other + BLOCK]).sum())
        total -= float(_kernel_with_itself(features[part]).sum())
    return total / (len(features) * (len(features) - 1))


def sums_of_h(real: Features, fake: Features) -> tuple[torch.Tensor, float]:
    """The sums of h(y, z) over z (M,), and the sum of all h(y, z)², over pairs of different fake images."""
    to_real = torch.cat([_mean_to(real, fake[first : first + BLOCK]) for first in range(0, len(fake), BLOCK)])  # g
    rows, squares = torch.zeros_like(to_real), 0.0
    for first in range(0, len(fake), BLOCK):
        part = slice(first, first + BLOCK)
        for other in range(0, len(fake), BLOCK):
            others = slice(other, other + BLOCK)
            h = _kernel(fake[part], fake[others]) - to_real[part, None] - to_real[others]
            if first == other:
                h.fill_diagonal_(0.0)
            rows[part] += h.sum(dim=1)
            squares += float(h.square().sum())
    return rows, squares


def _mean_to(real: Features, fake: Features) -> torch.Tensor:
    """g: the mean of k(x, y) over the real x, for each of (M, D): (M,)."""
    sums = [_kernel(real[first : first + BLOCK], fake).sum(dim=0) for first in range(0, len(real), BLOCK)]
    return torch.stack(sums).sum(dim=0) / len(real)


def _kernel(one: Features, other: Features) -> torch.Tensor:
    """k(x, y) of (N, D) and (M, D): float64 (N, M)."""
    a, b = (torch.from_numpy(np.array(part, np.float64)) for part in (one, other))
    return (a @ b.T / a.shape[1] + 1) ** 3


def _kernel_with_itself(features: Features) -> Features:
    """k(x, x) of (N, D): (N,)."""
    values: Features = (np.square(features, dtype=np.float64).mean(axis=1) + 1) ** 3
    return values


def subset_std(real: Features, fake: Features, subsets: int, subset_size: int, seed: int) -> float:
    """Standard deviation of KID over random subsets, as clean-fid draws them: what papers print after ±.

    It shrinks as subsets grow, and does not estimate the error of KID.

    Args:
        subsets: number of subsets.
        subset_size: images of each set in a subset; fewer if a set is smaller.
    """
    size = min(subset_size, len(real), len(fake))
    rng = numpy_generator(Stream.KID_SUBSETS, seed)
    drawn = ([_some(one, size, rng) for one in (real, fake)] for _ in range(subsets))
    return float(np.std([features_to_kid(one, other)[0] for one, other in drawn]))


def _some(features: Features, size: int, rng: np.random.Generator) -> Features:
    return features[np.sort(rng.choice(len(features), size, replace=False))]
