"""Choose the best snapshot, on images that its final scores do not use.

The choice uses a part of the training set that evaluation leaves out of its reference, and latents (or inputs) that
evaluation does not use. The best of many snapshots, chosen on the same images that score it, would look better than it
is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan.core.images import Uint8
from gan.core.streams import Stream, numpy_generator
from gan.distances.frechet import fid, moments
from gan.distances.kid import features_to_kid
from gan.distances.prdc import features_to_prdc
from gan.features.features import Extractor, Features, extract


def choice_part(count: int, images: int) -> NDArray[np.bool_]:
    """A mask (count,) over the training images: true for the `images` of them, at most half, that the choice uses.

    It is the same for every seed of training, so that all runs are scored against the same reference.
    """
    chosen = np.zeros(count, bool)
    chosen[numpy_generator(Stream.CHOICE_REALS, count, images).permutation(count)[: min(images, count // 2)]] = True
    return chosen


@dataclass(frozen=True)
class Selection:
    """What snapshots are scored against, and how.

    Args:
        reals: output (a direction, or empty) → features (N, D) of the part of its training set that the choice uses.
        nearest: k of recall and coverage.
    """

    extractor: Extractor
    reals: dict[str, Features]
    batch_size: int
    nearest: int
    seed: int

    def scores(self, made: dict[str, Uint8]) -> dict[str, float]:
        """`[<output>_]<extractor>_<metric>` → score, for fid, kid, recall and coverage.

        Args:
            made: output → generated images, uint8 (N, H, W, C).
        """
        scores = {}
        for name, images in made.items():
            real, fake = self.reals[name], extract(images, self.extractor, self.batch_size)
            prefix = "_".join(part for part in (name, self.extractor.name) if part)
            prdc = features_to_prdc(real, fake, self.nearest)
            scores[f"{prefix}_fid"] = fid(moments([real]), moments([fake]))
            scores[f"{prefix}_kid"] = features_to_kid(real, fake)[0]
            scores |= {f"{prefix}_{metric}": prdc[metric] for metric in ("recall", "coverage")}
        return scores


def lost_modes(rows: list[dict[str, float]]) -> list[str]:
    """A sentence for each output whose coverage fell by more than half, from its best snapshot to the last."""
    said = []
    for name in (column for column in rows[-1] if column.endswith("_coverage")):
        best, last = max(rows, key=lambda row: row[name]), rows[-1]
        if last[name] < best[name] / 2:
            said.append(
                f"{name} fell from {best[name]:.2f} at step {best['step']:.0f} to {last[name]:.2f} at step "
                f"{last['step']:.0f}: the generator lost modes"
            )
    return said


def choice_score(scores: dict[str, float], best_by: str) -> float:
    """The mean of `best_by` (fid or kid) over the outputs; the snapshot with the lowest is the best."""
    return float(np.mean([value for name, value in scores.items() if name.endswith(f"_{best_by}")]))
