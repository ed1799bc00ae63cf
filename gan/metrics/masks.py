"""Agreement of two images on where a thing is, by a rule of colour that each domain brings with it.

In the spirit of the FCN score for labels ↔ photo (Zhu et al. 2017, section 5.1): a translation is right where what it
shows is what is there.
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


def iou(one: Mask, other: Mask) -> float:
    """Intersection over union, over all images together; 1 where both are empty."""
    union = int((one | other).sum())
    return 1.0 if union == 0 else float((one & other).sum() / union)


def scores(images: Uint8, truth: Uint8, domain: str, rules: dict[str, Any]) -> dict[str, float]:
    """`<name>_iou` of what the rule marks and of what it leaves, and the share of pixels that agree.

    Args:
        images, truth: (N, H, W, 3), both in the look of `domain`.
        rules: the `mask` entry of a dataset's card: two `names`, and a rule for each domain.
    """
    made, true = (mask(one, rules["rules"][domain]) for one in (images, truth))
    marked, rest = rules["names"]
    return {
        f"{marked}_iou": iou(made, true),
        f"{rest}_iou": iou(~made, ~true),
        "pixel_agreement": float((made == true).mean()),
    }
