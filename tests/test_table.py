"""The FID table and the JSON that `dvc metrics diff` shows."""

from importlib import import_module
from typing import Any

import pandas as pd
import pytest

from gan.metrics.comparisons import comparisons
from gan.metrics.table import headline, table
from gan.records.samples import SamplesCard

TRUTH = {
    ("a2b", "best"): {"psnr": 14.0, "psnr_blocks": 22.0, "cycle_l1": 3.0},
    ("a2b", "constant"): {"psnr_blocks": 21.0},
}


def row(checkpoint: str, fid: float, direction: str = "") -> dict[str, Any]:
    keys = {"model": "cyclegan" if direction else "dcgan", "direction": direction, "checkpoint": checkpoint}
    scores = {"n_real": 4000, "n_fake": 1000, "fid": fid, "kid": fid / 1000, "kid_std": 0.001}
    return keys | {"extractor": "efficientnet_lite0"} | scores


def test_the_contracts_columns() -> None:
    columns = ["model", "direction", "checkpoint", "extractor", "n_real", "n_fake", "fid", "kid", "kid_std"]
    assert list(table("dcgan", [row("best", 20.0)], {}).columns[: len(columns)]) == columns


def test_the_frame_and_the_share_closed() -> None:
    rows = [row("best", 20.0), row("last", 30.0), row("start", 210.0), row("floor", 10.0)]
    scores = headline(table("dcgan", rows, {}), {}, "best")["dcgan"]["efficientnet_lite0"]
    assert (scores["fid"], scores["fid_start"], scores["fid_floor"]) == (20.0, 210.0, 10.0)
    assert scores["fid_closed"] == pytest.approx(190 / 200)
    assert headline(table("dcgan", rows, {}), {}, "last")["dcgan"]["efficientnet_lite0"]["fid"] == 30.0


def test_directions_nest_and_truth_stands_beside() -> None:
    rows = [row(name, fid, "a2b") for name, fid in [("best", 20.0), ("start", 200.0), ("floor", 10.0)]]
    scores = table("cyclegan", rows, TRUTH)
    nested = headline(scores, TRUTH, "best")["cyclegan"]["a2b"]
    assert nested["cycle"] == {"cycle_l1": 3.0}
    assert nested["truth"] == {"psnr": 14.0, "psnr_blocks": 22.0, "psnr_blocks_constant": 21.0}
    constant = scores[scores["checkpoint"] == "constant"].iloc[0]
    assert constant["psnr_blocks"] == 21.0
    assert pd.isna(constant["fid"])
    assert "a2b,best,efficientnet_lite0,4000,1000,20.0," in scores.to_csv()


@pytest.mark.parametrize("reference", ["unchosen", "train", "test"])
@pytest.mark.parametrize("model", ["dcgan", "cyclegan"])
def test_no_comparison_scores_a_set_against_itself(model: str, reference: str) -> None:
    rows = comparisons(
        SamplesCard(import_module(f"gan.{model}.model").MODEL.outputs, {"start": {}} if model == "dcgan" else {}),
        ["best", "step-0000007"],
        reference,
    )
    wanted = "real/test" if reference == "test" else "real/train"
    assert all(one.real.startswith(wanted) and one.compared != one.real for one in rows)
    assert all(one.train.startswith("real/train") and one.test == one.train.replace("train", "test") for one in rows)
    assert {one.checkpoint for one in rows} == {"best", "step-0000007", "start", "floor"}
