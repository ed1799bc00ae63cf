"""How far two runs agree, tested on weights and tables whose difference is known."""

from pathlib import Path

import pytest
import torch

from gan.artifacts.checkpoint import Checkpoint, write
from gan.commands.agreement import Agreement, difference, first_other_row


def weights(folder: Path, name: str, *values: float, **meta: int) -> Path:
    path = folder / f"{name}.safetensors"
    write(path, Checkpoint({"g.w": torch.tensor(values), "g.zero": torch.zeros(1)}, {"step": 1, **meta}))
    return path


def test_a_difference_is_relative_to_the_largest_weight_of_the_tensor(tmp_path: Path) -> None:
    recorded = weights(tmp_path, "a", 1.0, -4.0)
    assert difference(recorded, weights(tmp_path, "same", 1.0, -4.0)) == 0
    assert difference(recorded, weights(tmp_path, "near", 1.5, -4.0)) == 0.125
    assert difference(recorded, weights(tmp_path, "shape", 1.0, -4.0, 0.0)) == float("inf")
    assert difference(recorded, weights(tmp_path, "nan", 1.0, float("nan"))) == float("inf")


def test_the_levels(tmp_path: Path) -> None:
    recorded, near, far = (weights(tmp_path, str(value), value) for value in (1.0, 1.0 + 2**-10, 2.0))
    agreement = Agreement(tolerance=0.01)
    assert agreement.add("step-1", recorded, recorded) == "step-1: the same bits"
    assert agreement.verdict == "bit-identical: 1 files"
    assert agreement.add("step-2", recorded, near) == "step-2: differs by 9.8e-04"
    assert agreement.verdict == "equal within 0.01: the largest difference is 9.8e-04"
    agreement.add("step-3", recorded, far)
    agreement.add("step-4", recorded, tmp_path / "missing.safetensors")
    assert agreement.verdict == "different from step-3 on, by more than 0.01"


def test_equal_weights_in_other_bytes_are_not_called_the_same(tmp_path: Path) -> None:
    agreement = Agreement(tolerance=0.0)
    agreement.add("last", weights(tmp_path, "a", 1.0), weights(tmp_path, "b", 1.0, seed=1))
    assert agreement.verdict == "equal within 0: the largest difference is 0.0e+00"


@pytest.mark.parametrize(
    ("rerun", "row"),
    [
        ("step,loss,seen\n5,0.5,\n10,0.25,0.9\n", None),
        ("step,loss\n5,0.5\n", None),  # it was stopped early, before the watchdog's first look
        ("step,loss,seen\n5,0.5,\n10,0.26,0.9\n", "step 10: loss 0.25 recorded, 0.26 here"),
        ("step,g\n5,0.5\n", "columns: step, loss, seen recorded, step, g here"),
    ],
)
def test_the_first_row_of_losses_that_differs(tmp_path: Path, rerun: str, row: str | None) -> None:
    (tmp_path / "recorded.csv").write_text("step,loss,seen\n5,0.5,\n10,0.25,0.9\n")
    (tmp_path / "rerun.csv").write_text(rerun)
    assert first_other_row(tmp_path / "recorded.csv", tmp_path / "rerun.csv") == row
