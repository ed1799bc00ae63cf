"""Precision, recall (Kynkäänniemi et al. 2019, arXiv 1904.06991), density and coverage (Naeem et al. 2020, 2002.09797).

Defined as in the package `prdc`, which holds all distances at once. Here distances are computed in blocks, so that
memory grows with the number of images and not with its square.
"""

import numpy as np
import torch
from numpy.typing import NDArray

from gan.core.streams import Stream, numpy_generator
from gan.features.features import Features

BLOCK = 1024  # rows of distances held at once


def features_to_prdc(real: Features, fake: Features, nearest: int) -> dict[str, float]:
    """`precision`, `recall`, `density` and `coverage`; each is better when higher, and only density can exceed 1.

    The larger set is cut to the size of the smaller one, because the definitions are for sets of equal size; the cut
    does not depend on the seed. `<score>_std` is the standard deviation over fresh draws of the fake images; the real
    images stay the same.

    Args:
        real, fake: features (N, D) and (M, D).
        nearest: k: an image's ball reaches to its k-th nearest neighbour in its own set; lowered for very small sets.
    """
    count = min(len(real), len(fake))
    nearest = min(nearest, count - 1)
    one, other = (_some(features, count) for features in (real, fake))
    real_radii, fake_radii = _radii(one, nearest), _radii(other, nearest)
    in_real = torch.zeros(count, dtype=torch.float64)  # for each fake, the number of real balls that it lies in
    recalled, covered = _Reached(count), _Reached(count, real_balls=True)
    for first in range(0, count, BLOCK):
        rows = slice(first, first + BLOCK)
        distances = torch.cdist(one[rows], other)
        inside = distances < real_radii[rows, None]
        in_real += inside.sum(dim=0)
        covered.add(inside)
        recalled.add(distances < fake_radii[None])
    precise, dense = (in_real > 0).double(), in_real / nearest
    return {
        "precision": float(precise.mean()),
        "precision_std": _std_of_mean(precise),
        "recall": recalled.share,
        "recall_std": recalled.std,
        "density": float(dense.mean()),
        "density_std": _std_of_mean(dense),
        "coverage": covered.share,
        "coverage_std": covered.std,
    }


def _std_of_mean(values: torch.Tensor) -> float:
    """The standard deviation of the mean of independent values, one for each fake image."""
    return float(values.std() / len(values) ** 0.5)


class _Reached:
    """The share of real images that some fake image reaches, and its standard deviation over fresh fakes.

    Two real images are not reached independently: without one fake, both may be missed. So the variance is that of
    independent images, plus the jackknife's covariances of pairs that the same fake alone reaches. The jackknife's
    variance of a single real image is not used: it is far too large if most are reached many times.

    Args:
        count: number of real images, and of fakes.
        real_balls: whether the balls are those of the real images, which stay the same. Some of them are then reached
            almost surely and some hardly ever, which makes the variance smaller. Half as many fakes give an unbiased
            estimate of how much: an image that is reached t times is missed by half of the fakes with probability 2⁻ᵗ.
    """

    def __init__(self, count: int, real_balls: bool = False) -> None:
        self.count, self.reached, self.real_balls = count, 0, real_balls
        self.missed_by_half = 0.0  # expected number of real images that half of the fakes miss
        self.alone = torch.zeros(count, dtype=torch.float64)  # for each fake, how many real images it alone reaches

    def add(self, reaches: torch.Tensor) -> None:
        """Count n real images; `reaches` (n, count) says which fake reaches which of them."""
        times = reaches.sum(dim=1)
        self.reached += int((times > 0).sum())
        self.missed_by_half += float((0.5 ** times.double()).sum())
        self.alone += reaches[times == 1].sum(dim=0)

    @property
    def _chance(self) -> float:
        """The variance for half as many fakes, relative to that if all images were reached with equal probability."""
        share = self.missed_by_half / self.count
        if not self.real_balls or not 0 < share < 1:  # none is reached, or all are, many times
            return 1.0
        return (self.missed_by_half - (self.count - self.reached)) / (self.count * share * (1 - share))

    @property
    def share(self) -> float:
        return self.reached / self.count

    @property
    def std(self) -> float:
        alone = float(self.alone.sum())
        independent = self.count * self.share * (1 - self.share) * self._chance
        covariances = float(self.alone.square().sum()) - alone - alone**2 / self.count
        return float(max(independent + covariances, independent / 4) ** 0.5 / self.count)


def nearest_distances(images: Features, others: Features) -> tuple[Features, NDArray[np.intp]]:
    """For each of `images` (N, D), the distance to the nearest of `others` (M, D), and its index there: both (N,)."""
    distances, places = np.full(len(images), np.inf), np.zeros(len(images), np.intp)
    for first in range(0, len(others), BLOCK):
        block = _double(others[first : first + BLOCK])
        for row in range(0, len(images), BLOCK):
            rows = slice(row, row + BLOCK)
            found = torch.cdist(_double(images[rows]), block).min(dim=1)
            nearer = found.values.numpy() < distances[rows]
            distances[rows] = np.where(nearer, found.values.numpy(), distances[rows])
            places[rows] = np.where(nearer, found.indices.numpy() + first, places[rows])
    return distances, places


def _double(features: Features) -> torch.Tensor:
    return torch.from_numpy(np.array(features, np.float64))


def _some(features: Features, count: int) -> torch.Tensor:
    chosen = np.arange(count)
    if len(features) > count:
        rng = numpy_generator(Stream.PRDC_SUBSET, len(features), count)
        chosen = np.sort(rng.choice(len(features), count, replace=False))
    return _double(features[chosen])


def _radii(features: torch.Tensor, nearest: int) -> torch.Tensor:
    """Distance to the nearest-th neighbour; the image itself is the 0th."""
    parts = [torch.cdist(part, features).kthvalue(nearest + 1, dim=1).values for part in features.split(BLOCK)]
    return torch.cat(parts)
