"""Experiments as a user runs them, one at a time and through the queue, on a clone that was reproduced once."""

import json
import re
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.project import BIN, end_queue, sh

pytestmark = pytest.mark.usefixtures("_back_to_start")


def test_a_kept_snapshot_is_scored_later_without_training(clone: Path) -> None:
    checkpoints = "evaluate.checkpoints=[best,last,step-0000010]"
    output = sh(clone, "dvc", "exp", "run", "-S", checkpoints, "-n", "early", "evaluate@dcgan")
    assert [line for line in output.splitlines() if line.startswith("Running stage")] == [
        "Running stage 'sample@dcgan':",
        "Running stage 'evaluate@dcgan':",
    ]
    scores = pd.read_csv(clone / "reports" / "dcgan" / "fid.csv").set_index("checkpoint")
    assert scores.loc["step-0000010", "step"] == 10
    assert scores.loc["step-0000010", "fid"] != scores.loc["last", "fid"]
    wrong = sh(clone, "dvc", "exp", "run", "-S", checkpoints.replace("10]", "11]"), "evaluate@dcgan", status=255)
    assert "step-0000011.safetensors is missing" in wrong
    assert "There are step-0000010, step-0000020" in wrong


def test_another_extractor_trains_nothing(clone: Path, inception_weights: Path) -> None:
    settings = ["-S", "evaluate.extractors=[inception_v3]", "-S", f"evaluate.inception_weights={inception_weights}"]
    output = sh(clone, "dvc", "exp", "run", "-n", "inception", *settings, "evaluate@dcgan")
    assert "Running stage 'reference@dcgan'" in output
    assert "Running stage 'train-dcgan'" not in output
    scores = pd.read_csv(clone / "reports" / "dcgan" / "fid.csv").set_index("checkpoint")
    assert scores["extractor"].unique().tolist() == ["inception_v3"]
    assert scores["n_features"].unique().tolist() == [2048]
    assert (scores.loc[["best", "last", "start"], "inception_score"] >= 1).all()
    metrics = json.loads((clone / "reports" / "dcgan" / "metrics.json").read_text())["dcgan"]["inception_v3"]
    assert metrics["inception_score"] == pytest.approx(scores.loc["best", "inception_score"], rel=1e-5)


def test_an_experiment_with_one_model_leaves_the_other_alone_and_compares(clone: Path) -> None:
    output = sh(clone, "dvc", "exp", "run", "-S", "lr=1e-5", "-S", "seed=1", "-n", "slow", "evaluate@dcgan")
    assert "Running stage 'train-dcgan'" in output
    assert "cyclegan" not in output
    assert "Running stage 'reference@dcgan'" not in output
    assert "lr: 1e-05" in (clone / "params.yaml").read_text()
    difference = sh(clone, "dvc", "metrics", "diff", "main", "slow")
    assert "dcgan.efficientnet_lite0.fid " in difference
    assert "cyclegan" not in difference
    table = sh(clone, "python", "-m", "gan", "compare", "main", "slow")
    of_dcgan = [line.split() for line in table.splitlines() if line.split()[:1] == ["dcgan"]]
    assert {"kid", "fid", "coverage"} <= {cells[2] for cells in of_dcgan}
    assert "one seed" in table
    sh(clone, "dvc", "plots", "diff", "main", "slow", "--targets", "reports/samples/dcgan_samples.png")
    pages = clone / "reports" / "dvc_plots"
    both = sorted(path.name for path in (pages / "static").glob("*dcgan_samples.png"))
    assert [name.partition("_")[0] for name in both] == ["main", "slow"]
    assert all(f"static/{name}" in (pages / "index.html").read_text() for name in both)


def test_a_sweep_over_one_model_goes_through_the_queue(clone: Path) -> None:
    """Two values and no target: CycleGAN's stages do not run, and the table shows the changes and the scores."""
    param = "train_dcgan.ema_decay"
    sh(clone, "dvc", "exp", "run", "--queue", "-n", "sweep", "-S", f"{param}=0.5,0.9")
    sh(clone, "dvc", "queue", "start")
    try:
        while (status := sh(clone, "dvc", "queue", "status")).count("Success") < 2:
            assert "Failed" not in status, sh(clone, "dvc", "queue", "logs", "sweep-1")
            time.sleep(5)  # each look keeps a core busy for a second
        logs = "".join(sh(clone, "dvc", "queue", "logs", name) for name in ("sweep-1", "sweep-2"))
    finally:
        end_queue(clone)
    run = re.findall("Running stage '(.*)'", logs)
    assert run == ["train-dcgan", "select@dcgan", "sample@dcgan", "evaluate@dcgan", "report"] * 2
    venv = BIN.parent
    table = sh(clone, "make", "experiments", f"VENV={venv}", "-o", f"{venv}/installed", COLUMNS="500")
    header = next(line for line in table.splitlines() if "Experiment" in line)
    assert {param, "dcgan.efficientnet_lite0.fid"} <= set(header.split())
    assert [value in row for row, value in zip(rows_of(table, "sweep"), ("0.5", "0.9"), strict=True)] == [True, True]


def rows_of(table: str, name: str) -> list[str]:
    """The rows of `dvc exp show` for experiments of this name, sorted."""
    return sorted(line[line.index(name) :] for line in table.splitlines() if name in line)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("prepare_data.images.image_size=48", "prepare_data.images.image_size"),
        ("+train_dcgan.epoch=3", "train_dcgan.epoch"),
    ],
)
def test_a_bad_value_is_refused_in_one_line_before_any_work(clone: Path, change: str, message: str) -> None:
    output = sh(clone, "dvc", "exp", "run", "-S", change, status=255)
    errors = [line for line in output.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert message in errors[0]
    assert "Traceback" not in output


def test_published_protocols_can_be_had_and_every_row_counts_what_it_has(clone: Path) -> None:
    """The whole training set, or the test set, as the reference, and more samples than the floor has images.

    Scores with another reference do not compare.
    """
    sizes = {"train": (80, 60, 40), "test": (40, 60, 80)}  # reference, samples, and what the floor is
    for reference, (real, made, floor) in sizes.items():
        changes = ["-S", f"evaluate.reference={reference}", "-S", "sample.dcgan.count=60"]
        targets = ["evaluate@dcgan"] if reference == "train" else ["evaluate@dcgan", "evaluate@cyclegan"]
        sh(clone, "dvc", "exp", "run", "-n", reference, *changes, *targets)
        table = pd.read_csv(clone / "reports" / "dcgan" / "fid.csv").set_index("checkpoint")
        assert (table["reference"] == reference).all()
        assert (table["n_real"] == real).all()
        assert list(table.loc[["best", "last", "start", "floor"], "n_fake"]) == [made, made, made, floor]
    refused = sh(clone, "python", "-m", "gan", "compare", "main", "train", status=1)
    assert "does not compare: n_real is 68 before and 80 after" in refused
    table = pd.read_csv(clone / "reports" / "cyclegan" / "fid.csv").set_index(["direction", "checkpoint"])
    assert list(table.loc["a2b", "reference"])[:4] == ["testB"] * 4
    assert table.loc[("a2b", "floor"), "images"] == "trainB"
    assert table.loc[("a2b", "best"), "sea_iou_std"] > 0
