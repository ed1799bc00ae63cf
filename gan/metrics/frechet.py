"""Fréchet distance between two sets of features (Heusel et al. 2017, arXiv 1706.08500, equation 6)."""

import warnings

import numpy as np
from cleanfid.fid import frechet_distance

from gan.metrics.features import Features


def features_to_fid(real: Features, fake: Features) -> float:
    """FID of features (N, D) and (M, D) by clean-fid's own function; lower is better, 0 for equal sets.

    Under D images on either side the covariance is singular and the value is biased upwards.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scipy's deprecation of `disp`, which clean-fid passes
        return float(frechet_distance(*_moments(real), *_moments(fake)))


def _moments(features: Features) -> tuple[Features, Features]:
    return features.mean(axis=0), np.cov(features, rowvar=False)


def features_to_fid_low_rank(real: Features, fake: Features) -> float:
    """The same number, in a fraction of the time for sets smaller than D.

    With centred features X = C₁√(N-1), the covariance is C₁ᵀC₁, and Tr √(C₁ᵀC₁ C₂ᵀC₂) is the sum of the
    singular values of the small matrix C₁C₂ᵀ.
    """
    (mean_real, c_real), (mean_fake, c_fake) = _centred(real), _centred(fake)
    cross = np.linalg.svd(c_real @ c_fake.T, compute_uv=False).sum()
    return float(((mean_real - mean_fake) ** 2).sum() + (c_real**2).sum() + (c_fake**2).sum() - 2 * cross)


def _centred(features: Features) -> tuple[Features, Features]:
    mean = features.mean(axis=0)
    return mean, (features - mean) / np.sqrt(len(features) - 1)
