"""Is one setting better than another, or only luckier? Tables of scores in, verdicts out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special  # not scipy.stats, whose import takes a second

from gan.metrics.columns import ALIKE
from gan.metrics.table import KEYS
from gan.run.errors import GanError

LOWER = ("kid", "fid", "class_kl")
HIGHER = ("precision", "recall", "density", "coverage", "sea_iou", "land_iou", "class_accuracy", "class_accuracy_worst")
SKEWED = ("kid",)  # their measured deviation is too large on average, most of all when the score is far from its mean
CONFIDENCE = 0.95
VERDICT = ["metric", "before", "after", "change", "verdict"]


class UnlikeError(GanError):
    """Two scores were not measured in the same way; `field` of the protocol differs, or is empty if none is shared."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Noise:
    """The noise of a difference of two means: its standard deviation, and the degrees of freedom behind that."""

    deviation: float
    freedom: float  # infinite if the noise is only that of sampling

    @property
    def seeds(self) -> bool:
        """Whether it includes the noise of training, from several seeds."""
        return bool(np.isfinite(self.freedom))

    @property
    def reach(self) -> float:
        """Half the width of the confidence interval of the difference."""
        return float(special.stdtrit(self.freedom, (1 + CONFIDENCE) / 2)) * self.deviation

    def chance(self, change: float) -> float:
        """How likely a change of at least this size is between equal settings: the two-sided p of Student's t."""
        return (
            float(2 * special.stdtr(self.freedom, -abs(change) / self.deviation))
            if self.deviation > 0
            else float("nan")
        )


def compare(before: list[pd.DataFrame], after: list[pd.DataFrame], checkpoint: str, ignored: set[str]) -> pd.DataFrame:
    """One row for each model, direction, extractor and metric that both sides have; none if all their scores are equal.

    Args:
        before, after: the FID tables of one setting each, a table per seed.
        checkpoint: the checkpoint whose scores are compared.
        ignored: fields of the protocol that may differ.

    Raises:
        UnlikeError: another field differs, or the sides share no score.
    """
    # A run that two revisions share, such as of the model that an experiment did not train, is one seed.
    one, other = (pd.concat(side).drop_duplicates().fillna({"direction": ""}) for side in (before, after))
    shared = one[KEYS].merge(other[KEYS]).drop_duplicates()
    shared = shared[shared["checkpoint"] == checkpoint].dropna().sort_values(KEYS)
    if shared.empty:
        raise UnlikeError(f"the two sides share no score of checkpoint {checkpoint}, by an extractor that both used")
    rows = []
    for key in shared.itertuples(index=False, name=None):
        a, b = (side[(side[KEYS] == key).all(axis=1)] for side in (one, other))
        refuse_unlike(key, a, b, ignored)
        names = [
            name for name in (*LOWER, *HIGHER) if all(name in side and side[name].notna().all() for side in (a, b))
        ]
        if all(set(a[name]) == set(b[name]) for name in names):
            continue  # an experiment with one model leaves the other as it is
        rows += [dict(zip(KEYS, key, strict=True)) | _verdict(name, a, b) for name in names]
    return pd.DataFrame(rows, columns=[*KEYS, *VERDICT])


def refuse_unlike(key: tuple[str, ...], a: pd.DataFrame, b: pd.DataFrame, ignored: set[str]) -> None:
    """Check that two sides were scored alike, and each of them with all its seeds.

    Raises:
        UnlikeError: a field of the protocol that is not ignored differs.
    """
    for field in ALIKE:
        if field in ignored:
            continue
        values = [sorted({_text(value) for value in side.get(field, [None])}) for side in (a, b)]
        if values[0] != values[1] or len(values[0]) > 1:
            name = " ".join(part for part in key if part)
            raise UnlikeError(
                f"{name} does not compare: {field} is {' and '.join(values[0]) or 'empty'} before and "
                f"{' and '.join(values[1]) or 'empty'} after. Measure both alike, or say --ignore {field}",
                field,
            )


def _text(value: Any) -> str:
    return "" if pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value)


def _verdict(metric: str, a: pd.DataFrame, b: pd.DataFrame) -> dict[str, Any]:
    change = float(b[metric].mean() - a[metric].mean())
    noise = noise_of(metric, a, b)
    better = change < 0 if metric in LOWER else change > 0
    verdict = "within noise" if abs(change) <= noise.reach else "better" if better else "worse"
    if np.isnan(noise.reach):
        verdict = "noise not known"
    return {
        "metric": metric,
        "before": _mean_and_std(a[metric]),
        "after": _mean_and_std(b[metric]),
        "change": f"{change:+.4g} ± {noise.reach:.2g}",
        "verdict": verdict if noise.seeds else f"{verdict} (one seed)",
    }


def noise_of(metric: str, a: pd.DataFrame, b: pd.DataFrame) -> Noise:
    """The noise of the seeds if a side has several, by their pooled deviation and Student's t; else that of sampling.

    The deviation of the seeds is taken as no smaller than that of sampling: two seeds may agree by chance.
    """
    deviations = [_sampling_std(metric, side) for side in (a, b)]
    counts = [len(side) for side in (a, b)]
    freedom = sum(count - 1 for count in counts)
    scale = float(np.sqrt(sum(1 / count for count in counts)))
    if freedom > 0:
        squares = sum(float(((side[metric] - side[metric].mean()) ** 2).sum()) for side in (a, b))
        pooled = float(np.nanmax([(squares / freedom) ** 0.5, *deviations]))
        return Noise(pooled * scale, freedom)
    return one_seed(metric, *deviations)


def one_seed(metric: str, one: float, other: float) -> Noise:
    """The noise of the difference of two scores, one seed each, from the deviations of both.

    If the two generators are equal, both deviations estimate the same number. For SKEWED metrics their geometric mean
    stands for both; `python -m benchmarks.noise` measures how often verdicts are then wrong.
    """
    of_difference = np.hypot(one, other)
    if metric in SKEWED and one > 0 and other > 0:
        of_difference = (2 * one * other) ** 0.5
    return Noise(float(of_difference), float("inf"))


def _sampling_std(metric: str, side: pd.DataFrame) -> float:
    """The deviation that a table gives for a metric; NaN if it gives none."""
    return float(side[f"{metric}_std"].iloc[0]) if f"{metric}_std" in side else float("nan")


def _mean_and_std(values: "pd.Series[float]") -> str:
    return f"{values.mean():.4g}" + (f" ± {values.std():.2g}" if len(values) > 1 else "")
