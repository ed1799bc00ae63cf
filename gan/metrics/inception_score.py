"""Inception Score (Salimans et al. 2016, arXiv 1606.03498): from class probabilities alone, without real images."""

import numpy as np

from gan.core.streams import Stream, numpy_generator
from gan.features.features import Features


def probabilities_to_score(probabilities: Features, splits: int, seed: int) -> tuple[float, float]:
    """exp(mean of KL(p(y|x) || p(y))) of `splits` equal parts of the shuffled images: mean and standard deviation.

    Args:
        probabilities: (N, classes), rows sum to 1.
        splits: number of parts, 10 in the paper; fewer if there are fewer images.
    """
    shuffled = probabilities[numpy_generator(Stream.INCEPTION_SPLITS, seed).permutation(len(probabilities))].astype(
        np.float64
    )
    parts = np.array_split(shuffled, min(splits, len(shuffled)))
    scores = [_score(part) for part in parts]
    return float(np.mean(scores)), float(np.std(scores))


def _score(rows: Features) -> float:
    marginal = rows.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(rows > 0, rows * (np.log(rows) - np.log(marginal)), 0.0)
    return float(np.exp(terms.sum(axis=1).mean()))
