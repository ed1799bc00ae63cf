"""Masks by a rule of colour, and how far two masks agree."""

import numpy as np
import pytest

from gan.metrics import masks

BLUE = [[-1.0, 0, 1, 25]]  # blue exceeds red by more than 25
YELLOW = [[0.0, 1, 0, 100], [1.0, 0, 0, 100]]
RULES = {"names": ["sea", "land"], "rules": {"A": BLUE, "B": YELLOW}}


def row(*colours: tuple[int, int, int]) -> np.ndarray:
    return np.array([[colours]], np.uint8)


def test_a_rule_marks_where_every_row_holds_and_does_not_wrap_around() -> None:
    pixels = row((0, 0, 25), (0, 0, 26), (200, 0, 0), (101, 101, 0), (101, 100, 0))
    assert masks.mask(pixels, BLUE).ravel().tolist() == [False, True, False, False, False]
    assert masks.mask(pixels, YELLOW).ravel().tolist() == [False, False, False, True, False]


def test_two_of_three_seas_found_and_one_invented() -> None:
    sea, land = (0, 0, 255), (255, 0, 0)
    truth, made = row(sea, sea, sea, land, land, land), row(sea, sea, land, sea, land, land)
    scores = masks.scores(made, truth, "A", RULES)
    assert {name: value for name, value in scores.items() if not name.endswith("_std")} == {
        "sea_iou": pytest.approx(2 / 4),
        "land_iou": pytest.approx(2 / 4),
        "pixel_agreement": pytest.approx(4 / 6),
    }
    assert np.isnan([scores["sea_iou_std"], scores["land_iou_std"]]).all()  # one image tells nothing of others


def test_the_deviation_of_iou_is_that_of_other_images() -> None:
    rng = np.random.default_rng(0)

    def drawn() -> tuple[float, float]:
        """100 images with seas of any share, of which any share is found."""
        truth = rng.random((100, 8, 8)) < rng.random((100, 1, 1))
        return masks.iou(truth & (rng.random((100, 8, 8)) < rng.random((100, 1, 1))), truth)

    values, stds = np.array([drawn() for _ in range(400)]).T
    assert np.sqrt(np.mean(stds**2)) == pytest.approx(np.std(values), rel=0.1)


def test_nothing_to_find_and_nothing_found_is_right() -> None:
    land = row((255, 0, 0))
    assert masks.scores(land, land, "A", RULES)["sea_iou"] == 1
