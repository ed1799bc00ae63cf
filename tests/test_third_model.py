"""A model is one package, one training stage and its entries: nothing else in `gan/` or `stages/` knows its name."""

import json
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from tests import third_model
from tests.project import sh

pytestmark = pytest.mark.usefixtures("_back_to_start")


def test_a_third_model_runs_from_its_data_to_the_report(clone: Path) -> None:
    third_model.add(clone)
    edited = sh(clone, "git", "diff", "--name-only").split()
    assert sorted(edited) == ["dvc.yaml", "params.yaml"]
    output = sh(clone, "dvc", "repro", "report")

    run = [line for line in output.splitlines() if line.startswith("Running stage")]
    names = ["prepare-data@toy", "reference@toy", "train-toy", "select@toy", "sample@toy", "evaluate@toy", "report"]
    assert [line.split("'")[1] for line in run] == names, "the other models' stages do not run again"
    scores = pd.read_csv(clone / "reports" / "fid.csv")
    assert set(scores["model"]) == {"dcgan", "cyclegan", "toy"}
    kid = scores[scores["model"] == "toy"].set_index("checkpoint")["kid"]
    assert kid["floor"] < kid["best"]
    loss = pd.read_csv(clone / "reports" / "toy" / "history.csv")["loss"].dropna()
    assert loss.iloc[-1] < loss.iloc[0] / 2
    assert json.loads((clone / "reports" / "toy" / "metrics.json").read_text())["toy"]["efficientnet_lite0"]
    with Image.open(clone / "reports" / "overview.jpg") as picture:
        assert picture.width > 1000
    assert "Images of toy: first" in (clone / "reports" / "index.html").read_text()

    assert "data/packed/toy" in sh(clone, "python", "-m", "gan", "data", "describe")
    assert "4 images by " in sh(
        clone, "python", "-m", "gan", "sample", "--model", "toy", "--count", "4", "--out", "toy.png"
    )
    assert "toy in toy.onnx: at most " in sh(
        clone, "python", "-m", "gan", "export", "--model", "toy", "--to", "onnx", "--out", "toy"
    )


def test_no_code_outside_of_a_models_package_knows_its_name(clone: Path) -> None:
    own = (
        "gan/dcgan/",
        "gan/cyclegan/",
        "gan/params/models/dcgan.py",
        "stages/train_",
    )
    found = sh(clone, "git", "grep", "-lE", "[\"'](dcgan|cyclegan)[\"']", "--", "gan", "stages").split()
    assert [name for name in found if not name.startswith(own)] == []
