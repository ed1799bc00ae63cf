"""Kernel Inception distance between two sets of features (Bińkowski et al. 2018, arXiv 1801.01401)."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from cleanfid.fid import kernel_distance

from gan.metrics.features import Features


def features_to_kid(real: Features, fake: Features, subsets: int, subset_size: int, seed: int) -> tuple[float, float]:
    """Mean and standard deviation of KID over random subsets, by clean-fid's own function, in float64.

    Unbiased for any number of images; around 0, slightly negative values too, for equal distributions.

    Args:
        real, fake: (N, D) and (M, D), in memory or mapped.
        subset_size: images of each set to a subset; all of the smaller set where that holds fewer.
    """
    size = min(subset_size, len(real), len(fake))
    rng = np.random.default_rng(seed)
    with _numpy_seed(seed):  # clean-fid shuffles what it gets by NumPy's global generator
        values = [
            kernel_distance(_some(real, size, rng), _some(fake, size, rng), num_subsets=1, max_subset_size=size)
            for _ in range(subsets)
        ]
    return float(np.mean(values)), float(np.std(values))


def _some(features: Features, size: int, rng: np.random.Generator) -> Features:
    return features[np.sort(rng.choice(len(features), size, replace=False))].astype(np.float64)


@contextmanager
def _numpy_seed(seed: int) -> Iterator[None]:
    before = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(before)
