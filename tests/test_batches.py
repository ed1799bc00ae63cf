"""Every image comes once per epoch, in an order that only the seed and the step decide."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan.core.runtime import Runtime
from gan.params.training import Shuffle
from gan.run.errors import DataError
from gan.training.batches import Batches, prefetched, resident
from gan.training.order import epoch_order

CPU = Runtime(torch.device("cpu"), "fp32")
IMAGES = np.arange(10, dtype=np.uint8).reshape(10, 1, 1, 1)
LABELS = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3])


def epoch(batches: Batches, number: int) -> list[int]:
    steps = range(number * batches.per_epoch, (number + 1) * batches.per_epoch)
    return [int(value) for step in steps for value in batches.at(step).ravel()]


def test_an_epoch_shows_every_image_once_and_the_next_another_order() -> None:
    batches = Batches(IMAGES, 2, (0,), CPU)
    first, second = epoch(batches, 0), epoch(batches, 1)
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second


def test_any_step_can_be_asked_first() -> None:
    straight = [Batches(IMAGES, 3, (0,), CPU)]
    expected = [straight[0].at(step).tolist() for step in range(9)]
    assert [Batches(IMAGES, 3, (0,), CPU).at(step).tolist() for step in reversed(range(9))] == expected[::-1]


def test_seeds_differ_and_the_remainder_is_dropped() -> None:
    assert epoch(Batches(IMAGES, 1, (0,), CPU), 0) != epoch(Batches(IMAGES, 1, (1,), CPU), 0)
    assert Batches(IMAGES, 4, (0,), CPU).per_epoch == 2


def test_too_few_images_for_a_batch() -> None:
    with pytest.raises(DataError, match="a batch of 11 needs as many images, there are 10; lower batch_size"):
        Batches(IMAGES, 11, (0,), CPU)


@pytest.mark.parametrize("steps", [[0, 1, 2, 3], [3, 1, 2, 2, 0, 1]])
def test_batches_for_a_gpu_are_the_same(steps: list[int]) -> None:
    """They are made for a GPU; where the images lie changes no batch, whichever step is asked."""
    batches = Batches(IMAGES, 2, (0,), CPU, LABELS)
    expected = [[part.tolist() for part in batches.with_labels(step)] for step in steps]
    assert [batches.at(step).tolist() for step in steps] == [images for images, _ in expected]
    for read in (resident((IMAGES, LABELS), batches._chosen, CPU), prefetched(batches.with_labels)):
        assert [[part.tolist() for part in read(step)] for step in steps] == expected


def test_labels_are_those_of_their_images() -> None:
    batches = Batches(IMAGES, 3, (0,), CPU, LABELS)
    for step in range(6):
        images, labels = batches.with_labels(step)
        assert labels.dtype == torch.int64
        assert labels.tolist() == [LABELS[place] for place in images.ravel().tolist()]
    assert len(Batches(IMAGES, 3, (0,), CPU).with_labels(0)) == 1


def test_an_error_while_the_next_batch_is_read_comes_with_its_step() -> None:
    def read(step: int) -> tuple[torch.Tensor, ...]:
        if step == 1:
            raise DataError("gone")
        return (torch.tensor(step),)

    at = prefetched(read)
    assert at(0)[0] == 0
    with pytest.raises(DataError, match="gone"):
        at(1)


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(1, 40), st.integers(2, 9), st.integers(0, 5))
def test_every_order_is_a_permutation(count: int, block: int, mixed: int, seed: int) -> None:
    order = epoch_order(count, Shuffle(block=block, mixed=mixed), np.random.default_rng(seed))
    assert order.dtype == np.int64
    assert sorted(order.tolist()) == list(range(count))


def test_blocks_are_read_in_one_piece_and_mixed() -> None:
    """1,000 images in blocks of 10, of which 5 are mixed: those of a block come within 50 images, but in any order."""
    orders = [epoch_order(1000, Shuffle(block=10, mixed=5), np.random.default_rng(seed)) for seed in (3, 4)]
    for order in orders:
        apart = np.abs(np.diff(np.argsort(order)))  # how far apart neighbours on disk come
        assert 0.9 <= (apart < 50).mean() < 0.95
        assert (apart == 1).mean() < 0.1
    assert len({tuple(np.flatnonzero(np.abs(np.diff(np.argsort(order))) >= 50) % 10) for order in orders}) == 2


def test_a_resumed_run_reads_the_same_blocks() -> None:
    images = np.arange(100, dtype=np.uint8).reshape(100, 1, 1, 1)
    how = Shuffle(block=8, mixed=3)
    straight = Batches(images, 7, (0,), CPU, shuffle=how)
    expected = [straight.at(step).tolist() for step in range(40)]
    assert [Batches(images, 7, (0,), CPU, shuffle=how).at(step).tolist() for step in (39, 20)] == [
        expected[39],
        expected[20],
    ]
