"""The leaderboard: what each experiment changed, gathered over seeds, beside a baseline; real git, scores by hand."""

import shlex
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

from gan.commands import leaderboard
from gan.commands.leaderboard.gather import gathered
from gan.commands.study import rows
from gan.commands.study.plan import read_study, runs
from gan.run.errors import GanError
from tests.project import commit, sh
from tests.study_rows import row
from tests.tiny import ROOT

STUDY = """
seeds: [0, 1]
groups:
  digits:
    model: dcgan
    always: ["evaluate.checkpoints=[best]"]
    settings:
      default:
      hinge: ["train_dcgan.betas=[0.0, 0.9]", ++train_dcgan.loss='hinge', lr=1e-3]
"""
PARAMS: dict[str, Any] = {"seed": 0, "lr": 0.0002, "train_dcgan": {"loss": "non_saturating", "betas": [0.5, 0.999]}}


def scores(folder: Path, model: str, kid: float, **changes: Any) -> None:
    """Write reports/<model>/fid.csv."""
    path = folder / "reports" / model / "fid.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    made = [row("", 0, kid, model=model), row("", 0, 0.4, model=model, checkpoint="start")]
    unknown = ["group", "setting", "overrides", "inputs", "code", "experiment", "seconds", "kid_start", "fid_start"]
    pd.DataFrame(made).drop(columns=unknown).assign(**changes).to_csv(path, index=False)


def begun(folder: Path) -> Path:
    """A repository with scores of two models."""
    sh(folder, "git", "init", "-q", "-b", "main")
    (folder / "dvc.yaml").write_bytes((ROOT / "dvc.yaml").read_bytes())
    write(folder, {})
    scores(folder, "dcgan", 0.030)
    scores(folder, "cyclegan", 0.070)
    commit(folder, "base")
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return begun(tmp_path)


def write(folder: Path, changes: dict[str, Any]) -> None:
    block = PARAMS["train_dcgan"] | changes.get("train_dcgan", {})
    with (folder / "params.yaml").open("w") as file:
        YAML().dump(PARAMS | changes | {"train_dcgan": block}, file)


def experiment(folder: Path, name: str, kid: float | None, **changes: Any) -> None:
    """An experiment as DVC keeps it: a commit on top of main, behind a reference of its own."""
    write(folder, changes)
    if kid is None:
        (folder / "reports" / "dcgan" / "fid.csv").unlink()
        (folder / "reports" / "cyclegan" / "fid.csv").unlink()
    else:
        scores(folder, "dcgan", kid)
    commit(folder, name)
    ref = f"refs/exps/{'1' * 2}/{'2' * 38}/{name}"
    sh(folder, "git", "update-ref", ref, "HEAD")
    sh(folder, "git", "reset", "-q", "--hard", "HEAD~1")


def test_experiments_are_gathered_by_what_they_changed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seed, kid in enumerate((0.020, 0.021, 0.022)):
        experiment(project, f"hinge-{seed}", kid, seed=seed, train_dcgan={"loss": "hinge", "betas": [0.0, 0.9]})
    experiment(project, "again", 0.031, seed=1)
    experiment(project, "slow", 0.3, lr=1e-5)
    leaderboard.run("main", "dcgan", "best")
    table = [line for line in capsys.readouterr().out.splitlines() if line][2:]
    assert len(table) == 3
    assert "train_dcgan.loss=hinge train_dcgan.betas=[0.0,0.9]" in table[0]
    assert "21.0 ± 1.0 better" in table[0]
    assert "default" in table[1]
    assert "30.5 ± 0.7" in table[1]
    assert "lr=1e-05" in table[2]
    assert "worse" in table[2]


def test_a_row_does_not_tell_what_was_changed_of_another_model(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    experiment(project, "both", 0.02, lr=1e-3, train_cyclegan={"lr_factor": 0.1}, sample={"cyclegan": {"columns": 4}})
    leaderboard.run("main", "dcgan", "best")
    table = capsys.readouterr().out
    assert "lr=0.001" in table
    assert "cyclegan" not in table


def test_a_model_that_was_not_trained_again_and_a_run_without_scores_are_no_rows(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """DVC's own table shows a failed run with the scores of the commit that it started from."""
    experiment(project, "hinge", 0.02, train_dcgan={"loss": "hinge"})
    experiment(project, "failed", None, lr=1e-3)
    leaderboard.run("main", None, "best")
    of_cyclegan, of_dcgan = capsys.readouterr().out.split("dcgan: default")
    assert "hinge" not in of_cyclegan
    assert "hinge" in of_dcgan
    assert "lr=" not in of_dcgan


def test_rows_of_the_study_stand_in_for_its_experiments(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also those of another machine, which has the experiments; one of older code has a row of its own."""
    (project / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    for name in ("gan", "stages"):
        (project / name).symlink_to(ROOT / name)
    (project / "study.yaml").write_text(STUDY)
    commit(project, "a whole project")
    planned = [one for one in runs(read_study()) if one.setting == "hinge"]
    made = [
        row(
            "hinge",
            one.seed,
            0.02,
            overrides=shlex.join(one.overrides),
            model="dcgan",
            inputs=one.inputs,
            code=one.code,
            experiment=one.experiment,
        )
        for one in planned
    ]
    older = row("older", 0, 0.01, overrides="seed=0 lr=0.1")
    experiment(project, planned[0].experiment, 0.02, lr=1e-3, train_dcgan={"loss": "hinge"})
    experiment(project, "study-digits-older-0-01234567", 0.01, lr=0.1)
    rows.write(pd.DataFrame([*made, older]))
    leaderboard.run("main", "dcgan", "best")
    output = capsys.readouterr().out
    line = next(line for line in output.splitlines() if "hinge" in line)
    assert line.split()[1] == "2"
    assert line.split()[-3:] == ["lr=0.001", "train_dcgan.betas=[0.0,0.9]", "train_dcgan.loss=hinge"]
    assert "lr=0.1" in output
    found = gathered("main", "best")
    known = found[found["setting"].str.contains("hinge")]
    assert list(known["name"]) == [planned[0].experiment, ""], "the second has no experiment here"
    assert list(known["commit"] != "") == [True, False]
    commit(project, "the study's table")
    experiment(project, "baseline", 0.03, lr=1e-3)
    beside = gathered("baseline", "best").query("group == 'digits'")["setting"]
    assert not beside.str.contains(r"\blr=").any(), "that baseline has the same learning rate"


def test_a_model_of_two_directions_has_a_line_for_each_and_says_once_how_scores_differ(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / "reports" / "cyclegan" / "fid.csv"
    table = pd.read_csv(path)
    for count, kid, name in ((1000, 0.07, "base"), (500, 0.06, "few")):
        both = [table.assign(direction=to, n_real=count).replace({"kid": 0.07}, kid) for to in ("a2b", "b2a")]
        pd.concat(both).to_csv(path, index=False)
        write(project, {"lr": 1e-3} if name == "few" else {})
        commit(project, name)
    sh(project, "git", "update-ref", f"refs/exps/{'1' * 2}/{'2' * 38}/few", "HEAD")
    sh(project, "git", "reset", "-q", "--hard", "HEAD~1")
    leaderboard.run("main", "cyclegan", "best")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()[2:] if line]
    assert lines[0] == ["rank", "seeds", "direction", "KID", "×1000", "↓", "FID", "↓", "changed"]
    assert " ".join(lines[1]) == "1 1 a2b 60.0 scored differently 70.0 scored differently lr=0.001"
    assert " ".join(lines[2]) == "b2a 60.0 scored differently 70.0 scored differently"
    assert " ".join(lines[3]) == "2 1 a2b 70.0 70.0 default"
    assert " ".join(lines[-1]) == "scored differently: by n_real"


def test_mistakes_end_in_a_sentence(project: Path) -> None:
    with pytest.raises(GanError, match="no scores of gan; it has cyclegan, dcgan"):
        leaderboard.run("main", "gan", "best")
    with pytest.raises(GanError, match="nosuch is no revision and no experiment"):
        leaderboard.run("nosuch", None, "best")
    with pytest.raises(GanError, match="main has no scores of checkpoint middle"):
        leaderboard.run("main", None, "middle")
    with pytest.raises(GanError, match="--html main: the page is a file that ends in"):
        leaderboard.run("HEAD", None, "best", Path("main"))
    (project / "params.yaml").write_text("seed: [0\n")
    commit(project, "damaged")
    with pytest.raises(GanError, match=r"params\.yaml of main is not valid YAML: line 2: "):
        leaderboard.run("main", None, "best")
