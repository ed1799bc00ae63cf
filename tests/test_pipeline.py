"""The whole pipeline as a user runs it: a fresh clone, real DVC, real data, params as small as they go."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gan.training.checkpoint import read
from tests import tiny
from tests.test_house import pipeline
from tests.tiny import ROOT

BIN = Path(sys.executable).parent
# What git keeps of a run, so that a clone shows it without the data; all else lies in DVC's cache.
TRACKED = {f"reports/{name}" for name in ("fid.csv", "overview.jpg")} | {
    f"reports/{model}/{name}" for model in ("dcgan", "cyclegan") for name in ("fid.csv", "metrics.json")
}
COLUMNS = ["model", "direction", "checkpoint", "extractor", "n_real", "n_fake", "fid", "kid", "kid_std"]


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DVC", "GIT"))}
    return kept | {"PATH": f"{BIN}{os.pathsep}{kept['PATH']}", "GIT_CONFIG_GLOBAL": os.devnull, "DVC_NO_ANALYTICS": "1"}


def sh(folder: Path, *command: str, status: int = 0, **variables: str) -> str:
    """Run a command; its stdout and stderr together."""
    env = environment() | variables
    done = subprocess.run(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == status, done.stdout
    return done.stdout


def commit(folder: Path, message: str) -> None:
    sh(folder, "git", "add", "-A")
    sh(folder, "git", "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "-qm", message)


def fresh_clone(folder: Path) -> Path:
    """What git would hand out of the working tree, in a repository of its own, with tiny params."""
    files = sh(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in files:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    tiny.write(folder / "params.yaml")
    sh(folder, "git", "init", "-q", "-b", "main")
    commit(folder, "start")
    return folder


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in which everything was reproduced and committed once, watched and without a network."""
    folder = fresh_clone(tmp_path_factory.mktemp("clone"))
    sh(folder, "dvc", "repro", PYTHONPATH=str(ROOT / "tests" / "watch"), WATCH_LOG=str(folder / ".git" / "opened"))
    commit(folder, "reproduced")
    return folder


@pytest.fixture(autouse=True)
def _back_to_start(clone: Path) -> Iterator[None]:
    yield
    sh(clone, "git", "checkout", "-q", "-f", "main")
    sh(clone, "dvc", "checkout", "-q", "--force")


def test_nothing_is_left_to_commit_and_a_second_run_is_up_to_date(clone: Path) -> None:
    tracked = set(sh(clone, "git", "ls-files", "data", "reports").splitlines())
    assert {name for name in tracked if Path(name).name != ".gitignore"} == TRACKED
    assert "Data and pipelines are up to date." in sh(clone, "dvc", "repro")
    assert sh(clone, "git", "status", "--short") == ""


def test_a_stage_opens_only_its_deps_and_outs(clone: Path) -> None:
    """What it opens besides would change its result without a rerun. Python's own files lie outside of the clone."""
    for stage, (_, deps, outs) in pipeline(clone).items():
        opened = {Path(path) for name, path in opened_files(clone) if name == stage}
        inside = {path.relative_to(clone) for path in opened if path.is_relative_to(clone)}
        assert any(path.parts[0] == "stages" for path in inside), f"{stage} was not watched"
        strange = [
            path
            for path in inside
            if "__pycache__" not in path.parts
            and path.parts[0] not in (".state", "params.yaml", "dvc.yaml")  # RunState reads the latter for its key
            and not any(path.is_relative_to(listed) for listed in deps + outs)
            and (clone / path).is_file()
            and (clone / path).stat().st_size  # an empty __init__.py decides nothing
        ]
        assert not strange, f"{stage} opens {strange}: list them in dvc.yaml"


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
        assert (data / name).is_file()
    with np.load(data / "samples" / "dcgan" / "best.npz") as arrays:
        assert (arrays["arr_0"].shape, arrays["arr_0"].dtype) == ((40, 32, 32, 1), np.uint8)
    with np.load(data / "samples" / "cyclegan" / "best.npz") as arrays:
        assert set(arrays.files) == {"a2b", "b2a", "a2b2a", "b2a2b"}
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
    assert not [path for path in (clone / ".state").glob("*") if path.is_dir()]


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


def test_scores_of_two_seeds_compare_and_of_two_references_do_not(clone: Path) -> None:
    sh(clone, "dvc", "exp", "run", "-S", "seed=1", "-n", "other", "evaluate@dcgan")
    table = sh(clone, "python", "-m", "gan", "compare", "main", "other")
    of_dcgan = [line.split() for line in table.splitlines() if line.split()[:1] == ["dcgan"]]
    assert {"kid", "fid", "coverage"} <= {cells[2] for cells in of_dcgan}
    assert "one seed" in table
    sh(clone, "git", "checkout", "-q", "-f", "main")
    sh(clone, "dvc", "exp", "run", "-S", "select.dcgan.images=20", "-n", "less", "evaluate@dcgan")
    refused = sh(clone, "python", "-m", "gan", "compare", "main", "less", status=1)
    assert "does not compare: n_real is 68 before and 60 after" in refused


def test_trained_again_every_byte_is_the_same(clone: Path) -> None:
    sh(clone, "dvc", "repro", "-f", "-s", "prepare-data", "train-dcgan", "train-cyclegan")
    sh(clone, "dvc", "repro", "-f", "-s", "select", "sample", "evaluate", "report")
    assert sh(clone, "git", "status", "--short") == ""


def test_an_experiment_with_one_model_leaves_the_other_and_the_reference_alone(clone: Path) -> None:
    output = sh(clone, "dvc", "exp", "run", "-S", "lr=1e-5", "-n", "slow", "evaluate@dcgan")
    assert "Running stage 'train-dcgan'" in output
    assert "cyclegan" not in output
    assert "Running stage 'reference@dcgan'" not in output
    assert "lr: 1e-05" in (clone / "params.yaml").read_text()
    difference = sh(clone, "dvc", "metrics", "diff", "main", "slow")
    assert "dcgan.efficientnet_lite0.fid " in difference
    assert "cyclegan" not in difference
    sh(clone, "dvc", "plots", "diff", "main", "slow", "--targets", "reports/samples/dcgan_samples.png")
    pages = clone / "reports" / "dvc_plots"
    both = sorted(path.name for path in (pages / "static").glob("*dcgan_samples.png"))
    assert [name.partition("_")[0] for name in both] == ["main", "slow"]
    assert all(f"static/{name}" in (pages / "index.html").read_text() for name in both)


def test_a_sweep_over_one_model_goes_through_the_queue(clone: Path) -> None:
    """Two values, no target: CycleGAN's stages stay, and the table shows what changed and what came of it."""
    param = "train_dcgan.ema_decay"
    sh(clone, "dvc", "exp", "run", "--queue", "-n", "sweep", "-S", f"{param}=0.5,0.9")
    sh(clone, "dvc", "queue", "start")
    try:
        while (status := sh(clone, "dvc", "queue", "status")).count("Success") < 2:
            assert "Failed" not in status, sh(clone, "dvc", "queue", "logs", "sweep-1")
            time.sleep(1)
    finally:
        sh(clone, "dvc", "queue", "stop", "--kill")
    logs = "".join(sh(clone, "dvc", "queue", "logs", name) for name in ("sweep-1", "sweep-2"))
    assert logs.count("Running stage 'train-dcgan'") == 2
    assert "Running stage 'train-cyclegan'" not in logs
    venv = BIN.parent
    table = sh(clone, "make", "experiments", f"VENV={venv}", "-o", f"{venv}/installed", COLUMNS="500")
    header = next(line for line in table.splitlines() if "Experiment" in line)
    assert {param, "dcgan.efficientnet_lite0.fid"} <= set(header.split())
    assert [value in row for row, value in zip(rows_of(table, "sweep"), ("0.5", "0.9"), strict=True)] == [True, True]


def rows_of(table: str, name: str) -> list[str]:
    """The rows of `dvc exp show` whose experiment is called so, sorted."""
    return sorted(line[line.index(name) :] for line in table.splitlines() if name in line)


def test_a_killed_training_goes_on_and_ends_in_the_same_hashes(clone: Path) -> None:
    """kill -9 in the middle; DVC deletes the outputs, the state outside of them brings the run back."""
    lock = (clone / "dvc.lock").read_text()
    begun = subprocess.Popen(
        [sys.executable, "-m", "stages.train_cyclegan"],
        cwd=clone,
        env=environment() | {"DVC_ROOT": str(clone)},
        stderr=subprocess.DEVNULL,
    )
    while not list((clone / ".state").glob("train-cyclegan-*/state")):
        assert begun.poll() is None
        time.sleep(0.02)
    begun.send_signal(signal.SIGKILL)
    begun.wait()
    assert "resumed at step" in sh(clone, "dvc", "repro", "-f", "-s", "train-cyclegan")
    assert (clone / "dvc.lock").read_text() == lock
    assert sh(clone, "git", "status", "--short") == ""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("lr=abc", "lr"),
        ("train_dcgan.epochs=0", "train_dcgan.epochs"),
        ("+train_dcgan.epoch=3", "train_dcgan.epoch"),
        ("prepare_data.images.image_size=48", "prepare_data.images.image_size"),
    ],
)
def test_a_bad_value_is_refused_in_one_line_before_any_work(clone: Path, change: str, message: str) -> None:
    output = sh(clone, "dvc", "exp", "run", "-S", change, status=255)
    errors = [line for line in output.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert message in errors[0]
    assert "Traceback" not in output
