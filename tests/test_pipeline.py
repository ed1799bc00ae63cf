"""The whole pipeline as a user runs it: a fresh clone, real DVC, real data, params as small as they go."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gan.artifacts.checkpoint import read
from tests.project import changed, sh
from tests.test_dependencies import DECIDE_NOTHING, NO_DEPS, pipeline

pytestmark = pytest.mark.usefixtures("_back_to_start")

# What git keeps of a run, so that a clone shows it without the data; everything else lies in DVC's cache.
STUDY = {f"reports/{name}" for name in ("study.csv", "study.md", "study.png", "study_ranks.csv")}
TRACKED = {"reports/fid.csv", "reports/overview.jpg", *STUDY} | {
    f"reports/{model}/{name}"
    for model in ("dcgan", "cyclegan")
    for name in ("data.json", "fid.csv", "metrics.json", "run.json")
}
COLUMNS = ["model", "direction", "checkpoint", "extractor", "n_real", "n_fake", "fid", "kid", "kid_std"]


def test_nothing_is_left_to_commit_and_a_second_run_is_up_to_date(clone: Path) -> None:
    tracked = set(sh(clone, "git", "ls-files", "data", "reports").splitlines())
    assert {name for name in tracked if Path(name).name != ".gitignore"} == TRACKED
    assert "Data and pipelines are up to date." in sh(clone, "dvc", "repro")
    assert sh(clone, "git", "status", "--short") == ""


def test_a_stage_opens_only_its_deps_and_outs(clone: Path) -> None:
    """Any other file that it opens could change its result without a rerun. Python's files lie outside of the clone."""
    for stage, (_, deps, outs) in pipeline(clone).items():
        opened = {Path(path) for name, path in opened_files(clone) if name == stage}
        inside = {path.relative_to(clone) for path in opened if path.is_relative_to(clone)}
        assert any(path.parts[0] == "stages" for path in inside), f"{stage} was not watched"
        strange = [
            path
            for path in inside
            if "__pycache__" not in path.parts
            # RunState reads params.yaml and dvc.yaml for its key, the rest to see what DVC has recorded.
            and path.parts[0] not in (".state", "runs", "params.yaml", "dvc.yaml", "dvc.lock", ".dvcignore")
            and path not in DECIDE_NOTHING
            and not any(path.is_relative_to(folder) for folder in NO_DEPS)
            and path.name not in ("run.json", "run.json.tmp")  # the card tells machines apart; git keeps it
            and not any(path.is_relative_to(listed) for listed in deps + outs)
            and (clone / path).is_file()
            and (clone / path).stat().st_size  # an empty __init__.py decides nothing
        ]
        assert not strange, f"{stage} opens {strange}: list them in dvc.yaml"


def test_two_processes_make_the_same_choice_and_scores(clone: Path) -> None:
    path = clone / "params.yaml"
    path.write_text(path.read_text().replace("devices: 1", "devices: 2"))
    stages = ["select@cyclegan", "evaluate@dcgan"]
    printed = sh(clone, "dvc", "repro", "--force", "--single-item", *stages)
    assert printed.count("Running stage") == 2
    assert sh(clone, "git", "status", "--short") == " M params.yaml\n"


def opened_files(clone: Path) -> list[list[str]]:
    return [line.split("\t") for line in (clone / ".git" / "opened").read_text().splitlines()]


def test_the_fid_tables(clone: Path) -> None:
    scores = pd.read_csv(clone / "reports" / "fid.csv")
    assert list(scores.columns[: len(COLUMNS)]) == COLUMNS
    rows = set(scores[["model", "direction", "checkpoint"]].fillna("").itertuples(index=False, name=None))
    dcgan = {("dcgan", "", name) for name in ("best", "last", "start", "floor")}
    names = ("best", "last", "start", "floor", "constant")
    assert rows == dcgan | {("cyclegan", direction, name) for direction in ("a2b", "b2a") for name in names}
    made = scores[scores["extractor"].notna()]
    assert (made["fid"] > 0).all()
    assert made.groupby("model")["n_fake"].nunique().tolist() == [1, 1]  # equal counts in every row
    whole, *parts = (
        pd.read_csv(clone / "reports" / folder / "fid.csv", dtype=str) for folder in ("", "dcgan", "cyclegan")
    )
    pd.testing.assert_frame_equal(whole.fillna(""), pd.concat(parts, ignore_index=True)[list(whole)].fillna(""))
    assert list(whole) == list(parts[1])


def test_the_metrics(clone: Path) -> None:
    dcgan, cyclegan = (json.loads((clone / "reports" / m / "metrics.json").read_text()) for m in ("dcgan", "cyclegan"))
    assert dcgan["dcgan"]["efficientnet_lite0"]["fid"] > 0
    for direction in ("a2b", "b2a"):
        scores = cyclegan["cyclegan"][direction]
        assert scores["efficientnet_lite0"]["kid_start"] > scores["efficientnet_lite0"]["kid_floor"]
        assert 0 <= scores["truth"]["sea_iou"] <= 1


def test_the_files_of_the_contract(clone: Path) -> None:
    data, reports = clone / "data", clone / "reports"
    for name in (
        f"{folder}/{file}" for folder in ("images", "domains") for file in ("card.json", "manifest.tsv", "rejected.tsv")
    ):
        assert (data / "packed" / name).is_file()
    digits = np.load(data / "samples" / "dcgan" / "best" / "arr_0.npy")
    assert (digits.shape, digits.dtype) == ((40, 32, 32, 1), np.uint8)
    assert {path.stem for path in (data / "samples" / "cyclegan" / "best").iterdir()} == {
        "a2b",
        "b2a",
        "a2b2a",
        "b2a2b",
    }
    for name in ("dcgan_samples", "dcgan_interpolation", "cyclegan_a2b", "cyclegan_b2a"):
        with Image.open(reports / "samples" / f"{name}.png") as picture:
            assert min(picture.size) > 100
    for model in ("dcgan", "cyclegan"):
        assert (data / "checkpoints" / model / "best.safetensors").is_file()
        assert (data / "checkpoints" / model / "last.safetensors").is_file()
        snapshots = sorted((data / "checkpoints" / model / "snapshots").glob("step-*.safetensors"))
        assert len(snapshots) == 2
        assert list((reports / model / "previews").glob("*.png"))
        history = pd.read_csv(reports / model / "history.csv").set_index("step")
        assert history.index.is_monotonic_increasing
        kid = history[[name for name in history if name.endswith("_kid")]].mean(axis=1).dropna()
        assert [f"step-{step:07d}" for step in kid.index] == [path.stem for path in snapshots]
        best = read(data / "checkpoints" / model / "best.safetensors")
        assert best.meta["step"] == kid.idxmin()
        with Image.open(reports / "samples" / f"{model}_neighbours.png") as picture:
            assert min(picture.size) > 100
    assert (reports / "index.html").read_text().startswith("<!DOCTYPE html>")
    assert not [path for path in (clone / ".state").glob("*") if path.is_dir()]


def test_trained_again_every_byte_is_the_same(clone: Path) -> None:
    sh(clone, "dvc", "repro", "-f", "-s", "prepare-data", "train-dcgan", "train-cyclegan")
    sh(clone, "dvc", "repro", "-f", "-s", "select", "sample", "evaluate", "report")
    assert changed(clone) == []
