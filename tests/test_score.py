"""The quick score tells real from made, and picks what params say."""

import numpy as np
import pytest

from gan.core.images import Uint8
from gan.core.params import Score
from gan.core.runtime import Runtime
from gan.training.score import QuickScore


@pytest.fixture(scope="module")
def score(digits: Uint8, cpu: Runtime) -> QuickScore:
    return QuickScore({"": digits[:24]}, Score(every_epochs=1.0, images=24, best_by="kid"), 0, cpu)


def test_other_digits_score_better_than_noise(digits: Uint8, score: QuickScore) -> None:
    noise = np.random.default_rng(0).integers(0, 256, digits[:24].shape, np.uint8)
    real, made = score({"": digits[24:]}), score({"": noise})
    assert list(real) == ["efficientnet_lite0_fid", "efficientnet_lite0_kid"]
    assert all(real[name] < made[name] / 2 for name in real)
    assert score({"": digits[:24]})["efficientnet_lite0_fid"] == pytest.approx(0, abs=1e-3)


def test_the_headline_is_the_mean_over_directions() -> None:
    values = {"a2b_x_fid": 1.0, "a2b_x_kid": 10.0, "b2a_x_fid": 3.0, "b2a_x_kid": 30.0}
    picker = QuickScore.__new__(QuickScore)
    picker.params = Score(every_epochs=1.0, images=4, best_by="fid")
    assert picker.headline(values) == 2.0
    picker.params = Score(every_epochs=1.0, images=4, best_by="kid")
    assert picker.headline(values) == 20.0
