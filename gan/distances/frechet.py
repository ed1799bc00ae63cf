"""Fréchet distance between two sets of features (Heusel et al. 2017, arXiv 1706.08500, equation 6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gan.core.streams import Stream, numpy_generator
from gan.features.features import Features


@dataclass(frozen=True)
class Moments:
    """What the distance needs of a set of features: their mean (D,) and covariance (D, D), in float64.

    Args:
        count: N, the number of images.
        rows: the features (N, D) minus their mean, kept if N is not larger than D.
    """

    count: int
    mean: Features
    covariance: Features
    rows: Features | None = None

    @property
    def singular(self) -> bool:
        """Whether there are too few images for the covariance to have an inverse."""
        return self.count <= len(self.mean)

    @cached_property
    def factor(self) -> Features:
        """F such that F Fᵀ is the covariance: (D, N) from `rows`, which rounds no eigenvalue of 0; else (D, D)."""
        if self.rows is not None:
            return self.rows.T / np.sqrt(max(self.count - 1, 1))
        values, vectors = np.linalg.eigh(self.covariance)
        return vectors * np.sqrt(np.clip(values, 0, None))


def moments(parts: Iterable[Features]) -> Moments:
    """Mean and covariance of features that come in parts (n, D), in one pass; at most D features are kept in memory.

    Parts are merged as by Chan et al. 1979, which loses no digits, because it subtracts no large sums.
    """
    count, mean, scatter = 0, np.zeros(0), np.zeros((0, 0))
    kept: list[Features] = []
    for part in parts:
        rows = np.asarray(part, np.float64)
        kept = [*kept, rows] if count + len(rows) <= rows.shape[1] else []
        own_mean = rows.mean(axis=0)
        centred = rows - own_mean
        if count == 0:
            count, mean, scatter = len(rows), own_mean, centred.T @ centred
            continue
        delta, total = own_mean - mean, count + len(rows)
        scatter += centred.T @ centred + np.outer(delta, delta) * (count * len(rows) / total)
        mean = mean + delta * (len(rows) / total)
        count = total
    return Moments(count, mean, scatter / max(count - 1, 1), np.concatenate(kept) - mean if kept else None)


def fid(real: Moments, fake: Moments) -> float:
    """The distance, lower is better, 0 for equal moments.

    With Σ = F Fᵀ for both, Tr √(Σ₁Σ₂) is the sum of the singular values of F₁ᵀF₂ (its nuclear norm). This needs no
    root of Σ₁Σ₂, which is not symmetric and, with fewer images than features, singular. SciPy's root of a singular
    matrix, which clean-fid takes, is inexact, and was wrong in some releases. Otherwise the two agree.
    """
    cross = np.linalg.svd(real.factor.T @ fake.factor, compute_uv=False).sum()
    traces = float(np.trace(real.covariance) + np.trace(fake.covariance))
    return float(((real.mean - fake.mean) ** 2).sum()) + traces - 2 * float(cross)


def sampling_std(real: Moments, fake: Features, partitions: int, seed: int) -> float:
    """Standard deviation of the distance over fresh draws of the N fake images; the real moments stay as they are.

    The variance of a score of N images is about a / N + b / N². The variance of the scores of random halves, divided by
    2, is (a / N + 2 b / N²); that of quarters, divided by 4, is (a / N + 4 b / N²); the two give a and b. A bootstrap
    or a jackknife gives the first of these at best, which is twice the variance when b / N² dominates, as for fakes
    that score like real images. The result is for one generator and one reference: training with another seed changes
    the distance by more.

    Args:
        fake: features (N, D).
        partitions: number of random partitions into halves, and number of those into quarters.

    Returns:
        NaN for fewer than eight images.
    """
    if len(fake) < 8:
        return float("nan")
    rng = numpy_generator(Stream.FID_RESAMPLES, seed)
    factor = real.factor
    projected = fake @ factor  # (N, R)

    def variance(parts: int) -> float:
        """The variance of the distance of N images, estimated from parts of N / `parts` images."""
        found = []
        for _ in range(partitions):
            chosen = np.array_split(rng.permutation(len(fake)), parts)
            distances = [_shifted_fid(real.mean, factor, fake[one], projected[one]) for one in chosen]
            found.append(np.var(distances, ddof=1))
        return float(np.mean(found)) / parts

    halves, quarters = variance(2), variance(4)
    return float(np.sqrt(np.clip(1.5 * halves - 0.5 * quarters, halves / 2, halves)))


def _shifted_fid(mean: Features, factor: Features, rows: Features, projected: Features) -> float:
    """The distance of `rows` (n, D) to moments with this mean and factor, except for the trace of their covariance.

    Args:
        projected: `rows @ factor`, (n, R).
    """
    own_mean = rows.mean(axis=0)
    scale = 1 / (len(rows) - 1)
    cross = (projected - own_mean @ factor) * np.sqrt(scale)
    small = cross @ cross.T if cross.shape[0] < cross.shape[1] else cross.T @ cross
    root = np.sqrt(np.clip(np.linalg.eigvalsh(small), 0, None)).sum()
    trace = np.square(rows - own_mean).sum() * scale
    return float(np.square(mean - own_mean).sum() + trace - 2 * root)
