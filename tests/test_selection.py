"""The choice of the best snapshot, on images that no final score uses."""

import numpy as np
import pytest

from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.distances.selection import Selection, choice_part, choice_score, lost_modes
from gan.features.efficientnet_lite0 import EfficientNetLite0
from gan.features.features import extract


@pytest.fixture(scope="module")
def selection(digits: Uint8, cpu: Runtime) -> Selection:
    extractor = EfficientNetLite0(cpu)
    return Selection(extractor, {"": extract(digits[:24], extractor, 8)}, 8, 5, 0)


def test_other_digits_score_better_than_noise(digits: Uint8, selection: Selection) -> None:
    noise = np.random.default_rng(0).integers(0, 256, digits[:24].shape, np.uint8)
    real, made = selection.scores({"": digits[24:]}), selection.scores({"": noise})
    prefix = "efficientnet_lite0"
    assert list(real) == [f"{prefix}_{name}" for name in ("fid", "kid", "recall", "coverage")]
    assert all(real[f"{prefix}_{name}"] < made[f"{prefix}_{name}"] / 2 for name in ("fid", "kid"))
    assert real[f"{prefix}_coverage"] > made[f"{prefix}_coverage"]
    assert selection.scores({"": digits[:24]})[f"{prefix}_fid"] == pytest.approx(0, abs=1e-3)


def test_the_score_of_the_choice_is_the_mean_over_directions() -> None:
    values = {"a2b_x_fid": 1.0, "a2b_x_kid": 10.0, "b2a_x_fid": 3.0, "b2a_x_kid": 30.0, "a2b_x_recall": 0.5}
    assert choice_score(values, "fid") == 2.0
    assert choice_score(values, "kid") == 20.0


@pytest.mark.parametrize(("count", "images", "expected"), [(4000, 400, 400), (20, 400, 10), (7, 3, 3)])
def test_the_choice_looks_at_some_and_leaves_at_least_half(count: int, images: int, expected: int) -> None:
    chosen = choice_part(count, images)
    assert chosen.sum() == expected
    assert (choice_part(count, images) == chosen).all()


@pytest.mark.parametrize(("coverages", "lost"), [([0.1, 0.6, 0.5], False), ([0.1, 0.6, 0.2], True), ([0, 0, 0], False)])
def test_a_fall_of_coverage_is_told(coverages: list[float], lost: bool) -> None:
    said = lost_modes([{"step": 10.0 * index, "x_coverage": value} for index, value in enumerate(coverages)])
    assert said == (["x_coverage fell from 0.60 at step 10 to 0.20 at step 20: the generator lost modes"] * lost)
