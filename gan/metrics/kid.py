"""Kernel Inception distance between two sets of features (Bińkowski et al. 2018, arXiv 1801.01401)."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from cleanfid.fid import kernel_distance

from gan.metrics.features import Features


def features_to_kid(real: Features, fake: Features, subsets: int, subset_size: int, seed: int) -> tuple[float, float]:
    """Mean and standard deviation of KID over random subsets, by clean-fid's own function.

    Unbiased for any number of images; around 0, slightly negative values too, for equal distributions.

    Args:
        real, fake: (N, D) and (M, D).
        subset_size: images of each set to a subset; all of the smaller set where that holds fewer.
    """
    with _numpy_seed(seed):  # clean-fid draws from NumPy's global generator
        values = [kernel_distance(real, fake, num_subsets=1, max_subset_size=subset_size) for _ in range(subsets)]
    return float(np.mean(values)), float(np.std(values))


@contextmanager
def _numpy_seed(seed: int) -> Iterator[None]:
    before = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(before)
