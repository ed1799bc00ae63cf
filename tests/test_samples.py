"""Samples on disk are memory-mapped, and their card says what they are."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from gan.records.samples import (
    SamplesCard,
    read_samples,
    read_samples_card,
    write_samples,
    write_samples_card,
)
from gan.run.errors import DataError


def test_arrays_come_back_from_disk_without_being_read(workspace: Path) -> None:
    arrays = {name: np.full((3, 4, 5, 1), value, np.uint8) for value, name in enumerate(("a2b", "b2a", "a2b2a"))}
    write_samples("cyclegan", "best", arrays)
    for name, expected in arrays.items():
        found = read_samples("cyclegan", "best", name)
        assert isinstance(found, np.memmap)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("model", ["dcgan", "cyclegan"])
def test_a_card_comes_back_as_it_was(model: str, workspace: Path) -> None:
    card = SamplesCard(import_module(f"gan.{model}.model").MODEL.outputs, {"best": {"step": 3}})
    write_samples(model, "best", {})
    write_samples_card(model, card)
    assert read_samples_card(model) == card


def test_what_is_missing_is_named(workspace: Path) -> None:
    write_samples("dcgan", "best", {"arr_0": np.zeros((1, 2, 2, 1), np.uint8)})
    with pytest.raises(DataError, match=r"best.a2b.npy is missing; `dvc repro sample`"):
        read_samples("dcgan", "best", "a2b")
    with pytest.raises(DataError, match=r"last.arr_0.npy is missing"):
        read_samples("dcgan", "last", "arr_0")
    with pytest.raises(DataError, match=r"card.json is missing"):
        read_samples_card("dcgan")
