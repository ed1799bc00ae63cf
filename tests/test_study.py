"""A study: what it plans, and when a run is known."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from dvc.utils.hydra import apply_overrides

from gan.commands.study import page, rows, run
from gan.commands.study.deciding import NEWER, without
from gan.commands.study.plan import Run, Study, read_study, runs
from gan.run.yaml12 import read_file
from tests.study_rows import row
from tests.tiny import ROOT

pytestmark = pytest.mark.usefixtures("planned")

DIGITS = """
seeds: [0, 1]
groups:
  digits:
    model: dcgan
    always: [precision=fp32]
    settings:
      default:
      hinge: [train_dcgan.loss=hinge]
"""


def study(text: str = DIGITS) -> Study:
    Path("study.yaml").write_text(text)
    return read_study()


def test_each_setting_is_planned_with_a_seed_before_the_next_seed() -> None:
    planned = runs(study())
    assert [(one.setting, one.seed) for one in planned] == [("default", 0), ("hinge", 0), ("default", 1), ("hinge", 1)]
    assert planned[3].overrides == ("seed=1", "precision=fp32", "train_dcgan.loss=hinge")
    assert len({one.inputs for one in planned}) == 4
    assert len({one.code for one in planned}) == 1
    assert re.fullmatch("study-digits-hinge-1-[0-9a-f]{8}", planned[3].experiment)


def test_a_run_is_known_by_what_decides_its_result_and_by_nothing_else() -> None:
    """Another param of the model or another way to score is another run; other models and machines are not."""
    before = runs(study())
    text = Path("params.yaml").read_text()
    for edit, same in {
        ("lambda_cycle: 10.0", "lambda_cycle: 5.0"): True,
        ("accelerator: auto", "accelerator: cpu"): True,
        ("keep_states: 5", "keep_states: 4"): True,
        ("flip: false", "flip: true"): False,
        ("kid_subsets: 50", "kid_subsets: 40"): False,
        ("min_side: 8", "min_side: 9"): False,
    }.items():
        assert edit[0] in text
        Path("params.yaml").write_text(text.replace(*edit, 1))
        assert ([one.inputs for one in runs(study())] == [one.inputs for one in before]) == same, edit
    Path("params.yaml").write_text(text)
    assert runs(study()) == before


def test_a_setting_has_the_params_that_dvc_would_write() -> None:
    """Text that looks like a number, a word or a date in YAML, numbers, and lists."""
    changes = ["lr=1e-05", "train_dcgan.betas=[0,1e-3]", "prepare_data.images.folder='0x10'",
               "prepare_data.images.classes=[on,'1e5',2020-01-01]", "evaluate.inception_weights=null"]  # fmt: skip
    planned = runs(study(DIGITS.replace("[train_dcgan.loss=hinge]", str(changes))))[1]
    apply_overrides("params.yaml", ["seed=0", "precision=fp32", *changes])
    written = runs(study())[0]
    assert (planned.setting, planned.seed, written.setting, written.seed) == ("hinge", 0, "default", 0)
    assert planned.inputs == written.inputs


@pytest.mark.parametrize("change", ["", "train_cyclegan.lambda_cycle=5.0", "train_dcgan.loss=non_saturating"])
def test_a_setting_that_is_the_default_is_left_out(change: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As once params.yaml has taken over what helped: the other settings are trained and ranked all the same."""
    found = runs(study(DIGITS.replace("train_dcgan.loss=hinge", change)))
    assert {one.setting for one in found} == {"default"}
    told = "study.yaml: digits, hinge: changes nothing for dcgan, beside 'default'; it is left out\n"
    assert capsys.readouterr().err == told


def test_rows_are_kept_and_known_again() -> None:
    run = Run("digits", "dcgan", "hinge", 1, ("seed=1",), "0123456789abcdef", "y")
    table = pd.DataFrame([row("hinge", 1, 0.02, inputs=run.inputs), row("default", 0, 0.03, inputs="other")])
    rows.write(table)
    found = rows.read()
    assert list(found["setting"]) == ["default", "hinge"]
    assert rows.has(found, run)
    assert not rows.has(found, replace(run, inputs="another"))
    assert not rows.has(found, replace(run, code="another"))
    assert not rows.has(found, replace(run, setting="default", seed=0))
    rows.write(found)
    assert rows.FOUND.read_bytes() == found.to_csv(index=False, float_format="%.6g").encode()


def test_rows_of_other_code_or_params_are_not_ranked() -> None:
    """Not even if the run of today's is missing; they stay in the table, where a checkout may need them."""
    planned = runs(study())
    made = [row(one.setting, one.seed, 0.02, inputs=one.inputs, code=one.code) for one in planned[:2]]
    table = pd.DataFrame([*made, row("default", 1, 0.03, inputs="older"), row("gone", 0, 0.03, inputs="x")])
    assert list(rows.current(table, planned)["setting"]) == ["default", "hinge"]
    assert rows.current(rows.read(), planned).empty


def test_a_study_without_rows_has_no_page(capsys: pytest.CaptureFixture[str]) -> None:
    study()
    run(jobs=1, gpus=[], only=None, instead="table")
    assert "nothing was found yet" in capsys.readouterr().out
    assert not page.PAGE.exists()


def test_the_missing_runs_are_listed_as_commands(capsys: pytest.CaptureFixture[str]) -> None:
    planned = runs(study(DIGITS.replace("train_dcgan.loss=hinge", '"train_dcgan.betas=[0.5,0.9]"')))
    rows.write(
        pd.DataFrame([row(one.setting, one.seed, 0.02, inputs=one.inputs, code=one.code) for one in planned[:3]])
    )
    run(jobs=1, gpus=[], only=None, instead="list")
    words = f"dvc --wait-for-lock exp run --temp -n {planned[3].experiment} -S seed=1 -S precision=fp32 -S"
    assert capsys.readouterr().out == f"{words} 'train_dcgan.betas=[0.5,0.9]' evaluate@dcgan\n"


def test_rows_of_other_code_can_be_accepted_and_those_of_other_params_cannot(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And they keep the name of the experiment that they come from."""
    first, second, third, _ = runs(study())
    older = row(first.setting, first.seed, 0.02, inputs=first.inputs, code="older")
    other = row(second.setting, second.seed, 0.02, inputs="other", code="older")
    rows.write(pd.DataFrame([older, other]))
    run(jobs=1, gpus=[], only=None, instead="table")
    assert "\n1 more are there of other code: `--accept`" in capsys.readouterr().out
    table = rows.accept(pd.DataFrame([older, other]), [first, second, third])
    assert rows.has(table, first)
    assert not rows.has(table, second)
    assert list(table["code"]) == [first.code, "older"]
    assert table["experiment"][0] == older["experiment"]


def test_a_newer_param_that_is_off_leaves_the_rows_of_before() -> None:
    """Only its other values are other runs."""

    def params(**newer: Any) -> dict[str, Any]:
        return {"train": {"lr": 1, "shape": {"width": 2, **newer}}, "seed": 0}

    newer = {"train.shape.up": "no"}
    assert without(params(up="no"), newer) == without(params(), newer) == params()
    assert without(params(up="yes"), newer) == params(up="yes")
    written = read_file(ROOT / "params.yaml")
    assert all(without(written, {name: value}) != written for name, value in NEWER.items())
