"""The clock of benchmarks/quality: it runs in training alone, and stops when the images are good."""

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.quality_clock import Point, Way, curve, until
from benchmarks.quality_curves import draw, summary
from gan.core.images import Uint8

BLACK = {"": np.zeros((1, 2, 2, 1), np.uint8)}


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that only sleep moves."""
    now = 0.0

    def passes(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr(time, "sleep", passes)
    monkeypatch.setattr(time, "perf_counter", lambda: now)


class Falling:
    """KID falls by 0.1 a step; a step takes 10 ms and a score 50."""

    def __init__(self, steps: int | None) -> None:
        self.kid = 1.0
        self.way = Way("ours", self.step, lambda: BLACK, steps)

    def step(self, _: int) -> None:
        time.sleep(0.01)
        self.kid -= 0.1

    def score(self, _: dict[str, Uint8]) -> float:
        time.sleep(0.05)
        return self.kid


def falls(found: list[Point]) -> list[float]:
    return [1 - 0.1 * point.step for point in found]


def test_a_curve_begins_before_the_first_step_and_ends_after_the_last() -> None:
    falling = Falling(4)
    found = list(curve(falling.way, falling.score, every=0.0))
    assert [point.step for point in found] == [0, 1, 2, 3, 4]
    assert [point.kid for point in found] == pytest.approx(falls(found))
    assert found[0].seconds == 0.0


def test_scores_stop_the_clock() -> None:
    falling = Falling(6)
    found = list(curve(falling.way, falling.score, every=0.025))
    assert [point.step for point in found] == [0, 3, 6]
    assert [point.seconds for point in found] == pytest.approx([0.0, 0.03, 0.06])


def test_it_ends_at_the_target_or_at_the_most_seconds() -> None:
    falling = Falling(None)
    assert until(falling.way, falling.score, 0.0, target=0.75)[-1].step == 3
    assert falling.kid == pytest.approx(0.7)
    slow = Falling(None)
    assert until(slow.way, slow.score, 0.0, target=-1.0, most=0.015)[-1].step == 2


def test_the_summary_and_the_picture_tell_what_was_found(tmp_path: Path) -> None:
    found = [Point(way, 10 * n, 20.0 * n, kid / n) for way, kid in (("ours", 0.1), ("theirs", 0.3)) for n in (1, 2, 3)]
    curves = pd.DataFrame(found).assign(model="dcgan", target=0.05)
    assert list(summary(curves)) == ["ours: good after 40 s", "theirs: not good after 60 s"]
    draw(curves, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
