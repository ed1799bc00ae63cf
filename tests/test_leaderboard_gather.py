"""Which scores the leaderboard ranks, and under which name."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from gan.commands import compare
from gan.commands.leaderboard.gather import gathered
from gan.commands.study import rows
from tests.project import commit
from tests.study_rows import row
from tests.test_leaderboard import STUDY, begun, experiment, scores


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return begun(tmp_path)


def test_an_experiment_that_began_before_the_baseline_does_not_show_its_parents_scores(project: Path) -> None:
    """Of a model that it did not train: neither as its own, nor as a seed of the default."""
    experiment(project, "base-1", 0.031, seed=1)
    experiment(project, "slow", 0.3, lr=1e-5)
    scores(project, "cyclegan", 0.060)
    commit(project, "CycleGAN anew")
    found = gathered("main", "best").query("model == 'cyclegan'")
    assert list(found["kid"]) == [0.06]


def test_other_checkpoints_than_those_of_the_study_are_ranked_without_it(project: Path) -> None:
    """Its rows are of `best`; beside the default's `last` they would count as its seeds."""
    scores(project, "dcgan", 0.030, checkpoint=["last", "start"])
    commit(project, "last")
    rows.write(pd.DataFrame([row("default", 0, 0.02)]))
    assert list(gathered("main", "last")["kid"]) == [0.03]


def test_experiments_are_ranked_whatever_became_of_the_study(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its table is left out, and with it an older row of what an experiment trained."""
    experiment(project, "study-digits-hinge-0-01234567", 0.02, train_dcgan={"loss": "hinge"})
    rows.write(pd.DataFrame([row("hinge", 0, 0.01)]))
    for text, told in {"": "study.yaml is missing", STUDY: "params.yaml: train_cyclegan is missing"}.items():
        if text:
            (project / "study.yaml").write_text(text)
        found = gathered("main", "best").query("setting == 'train_dcgan.loss=hinge'")
        assert list(found["kid"]) == [0.02]
        assert f"reports/study.csv is left out: {told}" in capsys.readouterr().err


def test_params_that_change_no_result_part_no_seeds(project: Path) -> None:
    experiment(project, "base-1", 0.031, seed=1, accelerator="cpu", prepare_data={"work": {"threads": 1}})
    assert set(gathered("main", "best").query("model == 'dcgan'")["setting"]) == {"default"}


def lock(folder: Path, trained: str, scored: str = "", code: str = "c0de") -> None:
    """Write a dvc.lock in which training made these weights of one code, and those that were scored may be others."""
    stages = {
        "prepare-data@dcgan": {"deps": {"stages/prepare_data.py": code}, "outs": {"data/packed": "da7a"}},
        "train-dcgan": {"deps": {"data/packed": "da7a", "gan/dcgan": code}, "outs": {"data/weights": trained}},
        "sample@dcgan": {"deps": {"data/weights": scored or trained}, "outs": {"data/samples": f"of-{trained}"}},
        "evaluate@dcgan": {"deps": {"data/samples": f"of-{trained}"}, "outs": {}},
    }
    written = {
        stage: {"cmd": "x"} | {part: [{"path": path, "md5": md5} for path, md5 in one[part].items()] for part in one}
        for stage, one in stages.items()
    }
    (folder / "dvc.lock").write_text(json.dumps({"schema": "2.0", "stages": written}))


def test_a_training_that_was_not_scored_does_not_have_the_scores_of_the_one_before(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As after two experiments in one workspace, of which the second is `dvc exp run train-dcgan` alone."""
    lock(project, "first")
    commit(project, "with a lock")
    lock(project, "second", scored="first")
    experiment(project, "unscored", 0.02, lr=1e-5)
    lock(project, "third")
    experiment(project, "scored", 0.02, lr=1e-4)
    found = gathered("main", "best").query("model == 'dcgan'")
    assert list(found["name"]) == ["main", "scored"]
    compare.run("main", "unscored", "best", set())
    told = "dcgan: its scores in unscored are of an earlier training, and left out; `dvc repro` makes new ones\n"
    assert capsys.readouterr().out == f"{told}dcgan: only the first side has scores of it, so it is not compared\n" + (
        "every score is the same\n"
    )


def test_a_run_of_other_code_is_no_seed_of_the_baseline(project: Path) -> None:
    for name, code in (("base-1", "c0de"), ("older", "01d")):
        lock(project, name, code=code)
        experiment(project, name, 0.031, seed=1 if name == "base-1" else 2)
    lock(project, "first")
    commit(project, "with a lock")
    found = gathered("main", "best").query("model == 'dcgan'").set_index("name")["setting"]
    assert found["base-1"] == "default"
    assert re.fullmatch("code=[0-9a-f]{8}", found["older"])


def test_the_same_params_and_seed_count_once(project: Path) -> None:
    """Also if one run was scored in more ways."""
    experiment(project, "first", 0.021, seed=1, evaluate={"extractors": ["lite"]})
    experiment(project, "again", 0.022, seed=1)
    found = gathered("main", "best").query("model == 'dcgan'")
    assert list(found["setting"]) == ["default", "default"]
    assert sorted(found["seed"]) == [0, 1]


def test_changes_are_written_as_they_are_set(project: Path) -> None:
    """A space in a value stays: two paths that differ in one are two settings."""
    for name, path in (("one", "/my images/a"), ("other", "/myimages/a")):
        experiment(project, name, 0.02, train_dcgan={"loss": path, "betas": ["a b", True, None, 1e-5]})
    settings = {one.replace("\N{NO-BREAK SPACE}", "_") for one in gathered("main", "best")["setting"]}
    changed = "train_dcgan.betas=[a_b,true,null,1e-05]"
    assert settings == {
        "default", f"train_dcgan.loss=/my_images/a {changed}", f"train_dcgan.loss=/myimages/a {changed}",
    }  # fmt: skip
