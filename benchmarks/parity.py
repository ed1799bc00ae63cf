"""Our metrics beside those of the field's libraries, on the same features: `python -m benchmarks.parity`."""

from typing import Any

import numpy as np
import pandas as pd
import prdc
import torch
from cleanfid.fid import frechet_distance, kernel_distance
from pytorch_fid.fid_score import calculate_frechet_distance
from torch_fidelity.metric_fid import KEY_METRIC_FID, fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import KEY_METRIC_ISC_MEAN, isc_features_to_metric
from torch_fidelity.metric_kid import KEY_METRIC_KID_MEAN, kid_features_to_metric
from torch_fidelity.metric_prc import KEY_METRIC_PRECISION, KEY_METRIC_RECALL, prc_features_to_metric

from gan.distances.frechet import fid, moments
from gan.distances.kid import features_to_kid
from gan.distances.prdc import features_to_prdc
from gan.features.features import Features
from gan.metrics.inception_score import probabilities_to_score

COUNT, WIDTH = 400, 96
NEAREST = 3


def features(seed: int, scale: float = 1.0, shift: float = 0.0) -> Features:
    """Features (COUNT, WIDTH), correlated and not negative, like those of a network after ReLU and pooling."""
    rng = np.random.default_rng(seed)
    mixing = np.random.default_rng(0).normal(size=(WIDTH, WIDTH)) / WIDTH**0.5
    mixed: Features = np.maximum(rng.normal(size=(COUNT, WIDTH)) @ mixing * scale + shift, 0)
    return mixed


def rows() -> list[dict[str, Any]]:
    """A row per metric and library: the library's value, ours, and their relative difference."""
    real, fake = features(1), features(2, 1.2, 0.1)
    one, other = (torch.from_numpy(array) for array in (real, fake))
    moved = [part for array in (real, fake) for part in (array.mean(axis=0), np.cov(array, rowvar=False))]
    statistics = [fid_features_to_statistics(tensor) for tensor in (one, other)]
    ours = fid(moments([real]), moments([fake]))
    kid = features_to_kid(real, fake)[0]
    kid_options = {"kid_subsets": 1, "kid_subset_size": COUNT, "verbose": False}
    shares = features_to_prdc(real, fake, NEAREST)
    of_authors = prdc.compute_prdc(real, fake, NEAREST)
    of_fidelity = prc_features_to_metric(other, one, prc_neighborhood=NEAREST, prc_batch_size=COUNT, verbose=False)
    logits = other[:, :20] * 5
    score = probabilities_to_score(logits.softmax(dim=1).numpy(), 1, 0)[0]
    found = [
        ("FID", "clean-fid", float(frechet_distance(*moved)), ours),
        ("FID", "torch-fidelity", fid_statistics_to_metric(*statistics, verbose=False)[KEY_METRIC_FID], ours),
        ("FID", "pytorch-fid", float(calculate_frechet_distance(*moved)), ours),
        ("KID", "clean-fid", kernel_distance(real, fake, num_subsets=1, max_subset_size=COUNT), kid),
        ("KID", "torch-fidelity", kid_features_to_metric(one, other, **kid_options)[KEY_METRIC_KID_MEAN], kid),
        *((name, "prdc", float(of_authors[name]), shares[name]) for name in of_authors),
        ("precision", "torch-fidelity", of_fidelity[KEY_METRIC_PRECISION], shares["precision"]),
        ("recall", "torch-fidelity", of_fidelity[KEY_METRIC_RECALL], shares["recall"]),
        ("Inception Score", "torch-fidelity", isc_features_to_metric(logits, 1, False)[KEY_METRIC_ISC_MEAN], score),
    ]
    return [
        {"metric": metric, "library": library, "theirs": theirs, "ours": own, "relative": abs(own / theirs - 1)}
        for metric, library, theirs, own in found
    ]


if __name__ == "__main__":
    print(pd.DataFrame(rows()).to_string(index=False, float_format="%.9g"))
