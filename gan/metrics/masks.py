"""Whether two images show a thing, such as the sea, in the same place, by a rule of colour for each domain.

Similar to the FCN score for labels ↔ photo (Zhu et al. 2017, section 5.1): a pixel of a translation is right if it
shows what is really there.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan.core.images import Uint8

Mask = NDArray[np.bool_]


def mask(images: Uint8, rule: list[list[float]]) -> Mask:
    """(N, H, W, 3) to (N, H, W): true where every row (r, g, b, t) of the rule has r·red + g·green + b·blue > t."""
    rows = np.asarray(rule, np.float32)
    holds: Mask = images.astype(np.float32) @ rows[:, :3].T > rows[:, 3]
    return np.logical_and.reduce(holds, axis=-1)


def iou(one: Mask, other: Mask) -> tuple[float, float]:
    """Intersection over union of (N, H, W), over all images together, and its standard deviation over fresh images.

    It is 1 if both masks are empty. The deviation is that of a ratio of sums, by the delta method (Cochran 1977, 6.4).
    """
    shared, either = ((mask.sum(axis=(1, 2), dtype=np.float64)) for mask in (one & other, one | other))
    union = either.sum()
    if union == 0:
        return 1.0, float("nan")
    value = shared.sum() / union
    spread = np.square(shared - value * either).sum() * len(one) / max(len(one) - 1, 1)
    return float(value), float(np.sqrt(spread) / union) if len(one) > 1 else float("nan")


def scores(images: Uint8, truth: Uint8, domain: str, rules: dict[str, Any]) -> dict[str, float]:
    """`<name>_iou` and `<name>_iou_std` of what the rule marks and of the rest, and the share of pixels that agree.

    Args:
        images, truth: uint8 (N, H, W, 3), both images of `domain`.
        rules: the `mask` entry of a dataset's card: two `names`, and a rule for each domain.
    """
    made, true = (mask(one, rules["rules"][domain]) for one in (images, truth))
    marked, rest = rules["names"]
    found = {}
    for name, (one, other) in {marked: (made, true), rest: (~made, ~true)}.items():
        found[f"{name}_iou"], found[f"{name}_iou_std"] = iou(one, other)
    return found | {"pixel_agreement": float((made == true).mean())}
