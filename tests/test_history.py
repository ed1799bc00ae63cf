"""Rows of the history, and checks for NaN."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from gan.run.errors import NonFiniteError
from gan.training.history import mean_row, refuse_broken_weights, settle, write_losses


def test_a_row_is_the_mean_since_the_last_one() -> None:
    pending: list[dict[str, Any]] = [{"loss": torch.tensor(1.0)}, {"loss": 3.0}]
    settle(pending, step=10)
    assert pending == [{"loss": 1.0}, {"loss": 3.0}]
    assert mean_row(pending, 10, per_epoch=4) == {"step": 10, "epoch": 2.5, "loss": 2.0}


@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
def test_the_first_broken_step_and_term_are_named(broken: float) -> None:
    pending = [{"d_loss": torch.tensor(value), "g_loss": torch.tensor(1.0)} for value in (1.0, broken, broken)]
    with pytest.raises(NonFiniteError, match=r"d_loss became (nan|inf) at step 9; .*smaller lr"):
        settle(pending, step=10)


def test_broken_weights_are_named() -> None:
    weights = {"g.0": torch.ones(2), "g.1": torch.tensor([1.0, float("nan")])}
    with pytest.raises(NonFiniteError, match=r"g\.1 holds NaN"):
        refuse_broken_weights(weights, step=5)
    refuse_broken_weights({"g.0": torch.ones(2)}, step=5)


def test_rows_without_a_score_have_an_empty_cell(tmp_path: Path) -> None:
    write_losses(tmp_path / "new" / "history.csv", [{"step": 1, "loss": 0.5}, {"step": 2, "loss": 0.25, "fid": 9.0}])
    assert (tmp_path / "new" / "history.csv").read_text() == "step,loss,fid\n1,0.5,\n2,0.25,9\n"
    assert pd.read_csv(tmp_path / "new" / "history.csv")["fid"].isna().tolist() == [True, False]
