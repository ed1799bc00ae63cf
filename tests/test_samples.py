"""Images made, on disk: mapped, whatever their number, and as others read them."""

from pathlib import Path

import numpy as np
import pytest

from gan.artifacts.samples import read_card, read_samples, write_card, write_samples
from gan.run.errors import DataError


def test_arrays_come_back_without_being_read(workspace: Path) -> None:
    rng = np.random.default_rng(0)
    arrays = {name: rng.integers(0, 256, (5, 4, 6, 3), np.uint8) for name in ("a2b", "b2a", "a2b2a")}
    write_samples("cyclegan", "best", arrays)
    for name, expected in arrays.items():
        found = read_samples("cyclegan", "best", name)
        assert isinstance(found, np.memmap)
        np.testing.assert_array_equal(found, expected)
    with np.load(workspace / "data" / "samples" / "cyclegan" / "best.npz") as plain:
        np.testing.assert_array_equal(plain["b2a"], arrays["b2a"])


def test_what_is_missing_is_named(workspace: Path) -> None:
    write_samples("dcgan", "best", {"arr_0": np.zeros((1, 2, 2, 1), np.uint8)})
    with pytest.raises(DataError, match=r"best.npz holds no a2b; `dvc repro sample`"):
        read_samples("dcgan", "best", "a2b")
    with pytest.raises(DataError, match=r"last.npz holds no arr_0"):
        read_samples("dcgan", "last", "arr_0")
    with pytest.raises(DataError, match=r"card.json is missing"):
        read_card("dcgan")
    write_card("dcgan", {"best": {"step": 3}})
    assert read_card("dcgan") == {"best": {"step": 3}}
