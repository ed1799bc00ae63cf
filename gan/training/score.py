"""The quick score: a few images against a few real ones, during training, to draw a curve and pick the best.

It compares with training images: the test set plays no part in choosing a checkpoint. It always uses the
embedded extractor, so training never needs a download.
"""

import numpy as np

from gan.core.images import Images, Uint8
from gan.core.params import Score
from gan.core.runtime import Runtime
from gan.metrics.efficientnet_lite0 import EfficientNetLite0
from gan.metrics.features import Features, extract
from gan.metrics.frechet import features_to_fid_low_rank
from gan.metrics.kid import features_to_kid

BATCH = 8  # images to a pass of the extractor: what fits a CPU's cache is fastest, twice as fast as 32


class QuickScore:
    """FID and KID of a few images on `efficientnet_lite0` features.

    Args:
        reals: the real training images by name, uint8 (N, H, W, C).
        params: how many images, and which distance picks the best checkpoint.
    """

    def __init__(self, reals: dict[str, Images], params: Score, seed: int, runtime: Runtime) -> None:
        self.params, self.seed = params, seed
        self.extractor = EfficientNetLite0(runtime)
        self.reals = {name: self._features(self._some(images)) for name, images in reals.items()}

    def __call__(self, images: dict[str, Uint8]) -> dict[str, float]:
        """`[<name>_]<extractor>_fid` and `..._kid` for each name."""
        scores = {}
        for name, made in images.items():
            real, fake = self.reals[name], self._features(made)
            prefix = "_".join(part for part in (name, self.extractor.name) if part)
            scores[f"{prefix}_fid"] = features_to_fid_low_rank(real, fake)
            scores[f"{prefix}_kid"] = features_to_kid(real, fake, subsets=1, subset_size=len(fake), seed=self.seed)[0]
        return scores

    def headline(self, scores: dict[str, float]) -> float:
        """The one number, lower is better, that picks the best checkpoint: the mean over names."""
        return float(np.mean([value for name, value in scores.items() if name.endswith(self.params.best_by)]))

    def _some(self, images: Images) -> Uint8:
        count = min(self.params.images, len(images))
        chosen = np.random.default_rng(self.seed).choice(len(images), count, replace=False)
        return images[np.sort(chosen)]

    def _features(self, images: Uint8) -> Features:
        return extract(images, self.extractor, BATCH)
