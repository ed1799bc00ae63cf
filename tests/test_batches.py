"""Every image comes once per epoch, in an order that only the seed and the step decide."""

import numpy as np
import pytest

from gan.loading.batches import Batches
from gan.run.errors import DataError

IMAGES = np.arange(10, dtype=np.uint8).reshape(10, 1, 1, 1)


def epoch(batches: Batches, number: int) -> list[int]:
    steps = range(number * batches.per_epoch, (number + 1) * batches.per_epoch)
    return [int(value) for step in steps for value in batches.at(step).ravel()]


def test_an_epoch_shows_every_image_once_and_the_next_another_order() -> None:
    batches = Batches(IMAGES, 2, (0,))
    first, second = epoch(batches, 0), epoch(batches, 1)
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second


def test_any_step_can_be_asked_first() -> None:
    straight = [Batches(IMAGES, 3, (0,))]
    expected = [straight[0].at(step).tolist() for step in range(9)]
    assert [Batches(IMAGES, 3, (0,)).at(step).tolist() for step in reversed(range(9))] == expected[::-1]


def test_seeds_differ_and_the_remainder_is_dropped() -> None:
    assert epoch(Batches(IMAGES, 1, (0,)), 0) != epoch(Batches(IMAGES, 1, (1,)), 0)
    assert Batches(IMAGES, 4, (0,)).per_epoch == 2


def test_too_few_images_for_a_batch() -> None:
    with pytest.raises(DataError, match="a batch of 11 needs more than the 10 images"):
        Batches(IMAGES, 11, (0,))
