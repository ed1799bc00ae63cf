"""`python -m benchmarks.gpu` finds planted faults, survives errors, and says what it left out."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks.gpu import __main__ as command
from benchmarks.gpu import against_cpu, correctness, options, repeat, small, throughput
from benchmarks.gpu.checks import Check, Clock, Found, rows_of
from gan.core.runtime import Runtime, choose_runtime
from gan.dcgan.train.recipe import DCGAN
from gan.params.models import cyclegan as cyclegan_params
from gan.training.recipe import Recipe, Stateful, state_of

pytestmark = pytest.mark.usefixtures("_short")


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throughput, "SECONDS", 0.01)
    monkeypatch.setattr(against_cpu, "DRAWS", 1)


def outcomes(checks: dict[str, Check], minutes: float = 1.0) -> dict[str, str]:
    return {row["name"]: row["outcome"] for row in rows_of(checks, Clock(minutes))}


@pytest.mark.parametrize("model", ["DCGAN", "CycleGAN"])
def test_right_recipes_pass(model: str, cpu: Runtime) -> None:
    build = small.BUILDS[model]
    checks: dict[str, Check] = {
        "twice": partial(repeat.twice, build, cpu),
        "restored": partial(repeat.restored, build, cpu),
    }
    assert set(outcomes(checks).values()) == {"ok"}


def test_a_killed_training_passes() -> None:
    runtime = choose_runtime("cpu", "fp32", "exact")  # as the process that is killed chooses it
    assert outcomes({"killed": partial(repeat.killed, "DCGAN", runtime)}) == {"killed": "ok"}


class Forgetful(DCGAN):
    """It saves all of its parts, and restores all but an optimiser."""

    restoring = False

    def parts(self) -> dict[str, Any]:
        kept = super().parts()
        if self.restoring:
            kept["g_optimizer"] = Nothing(kept["g_optimizer"])
        return kept


class Nothing:
    def __init__(self, part: Stateful) -> None:
        self.state_dict = part.state_dict

    def load_state_dict(self, _: dict[str, Any]) -> None:
        """Load nothing."""


def test_a_recipe_that_does_not_restore_its_optimiser_failed(monkeypatch: pytest.MonkeyPatch, cpu: Runtime) -> None:
    monkeypatch.setattr(small, "DCGAN", Forgetful)
    check: Check = partial(repeat.restored, small.BUILDS["DCGAN"], cpu)
    assert outcomes({"restored": check})["restored, the same bits"] == "ok"
    monkeypatch.setattr(Forgetful, "restoring", True)
    found = outcomes({"restored": check})
    assert found == {"restored, the same bits": "FAILED", "restored, device and type": "ok"}


def test_a_tensor_of_another_type_is_misplaced(cpu: Runtime) -> None:
    right = small.leaves(state_of(small.built(small.BUILDS["DCGAN"], cpu)))
    name = next(name for name in right if name.endswith("weight"))
    wrong = right | {name: right[name].bfloat16()}
    assert repeat.misplaced(right, right, cpu) == []
    assert repeat.misplaced(wrong, right, cpu) == [name]
    assert repeat.misplaced(right | {name: right[name].to("meta")}, right, cpu) == [name]


@pytest.mark.parametrize(("precision", "factor"), [("fp32", 1.001), ("bf16", 3.0)])
def test_a_wrong_weight_of_a_loss_failed(precision: str, factor: float) -> None:
    runtime = Runtime(torch.device("cpu"), precision)

    def wrong(lr: float | None, where: Runtime) -> Recipe:
        weight = 10.0 if where.precision == "fp64" else 10.0 * factor
        return small.cyclegan({"lambda_cycle": weight}, where, lr=lr)

    right = partial(against_cpu.compared, against_cpu.BUILDS["CycleGAN"], runtime)
    found = outcomes({"right": right, "wrong": partial(against_cpu.compared, wrong, runtime)})
    assert found.pop("wrong, gradients") == "FAILED"
    assert found["right, gradients"] == found["right, losses"] == "ok"


def test_an_error_is_a_row_and_the_checks_after_it_still_run(capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> dict[str, Found]:
        raise RuntimeError("first line\nlast line")

    checks = {"broken": broken, "not a number": lambda: {"": Found(float("nan"))}, "fine": lambda: {"": Found(0)}}
    rows = {row["name"]: row for row in rows_of(checks, Clock(1))}
    assert [row["outcome"] for row in rows.values()] == ["FAILED", "FAILED", "ok"]
    assert rows["broken"]["note"] == "RuntimeError: last line"
    assert "Traceback" in capsys.readouterr().err


def test_choices_are_those_of_the_schema() -> None:
    found = list(options.choices(cyclegan_params.Train))
    assert {("generator.norm", "instance"), ("generator.skips", True), ("discriminator.layers", 5)} <= set(found)
    assert not [path for path, _ in found if path.startswith(("watch", "snapshots"))]
    assert len(found) == len(set(found)) == 36


def test_a_choice_that_cannot_take_a_step_failed() -> None:
    def too_small(runtime: Runtime) -> Recipe:
        return small.cyclegan({"discriminator.layers": 5}, runtime)

    checks: dict[str, Check] = {
        "steps": partial(options.steps, partial(small.cyclegan, small.THE_PAPERS), "cpu"),
        "too small": partial(options.steps, too_small, "cpu"),
    }
    assert outcomes(checks) == {"steps": "ok", "too small": "FAILED"}


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_without_a_gpu_it_says_so_and_leaves_out_what_does_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "gpu.json"
    monkeypatch.setattr(sys, "argv", ["gpu", "--minutes", "0.02", "--out", str(out)])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert command.NO_GPU in printed
    assert "left out" in printed
    report = json.loads(out.read_text())
    rows = report["correctness"]
    assert rows[0] == {"name": "TF32 switches that are on", "outcome": "ok", "note": "all are off"} | {
        "measured": 0,
        "tolerance": 0.0,
        "seconds": rows[0]["seconds"],
    }
    assert rows[-1] == {"name": [*correctness.checks("cpu")][-1], "outcome": "left out", "note": "out of time"}
    assert report["throughput"] == []


def test_speed_is_measured_of_any_recipe(cpu: Runtime) -> None:
    def small_one(runtime: Runtime) -> DCGAN:
        return small.dcgan({}, runtime)

    row = throughput.row(throughput.Work("small", 8, small_one), cpu, turns=1, most=100.0)
    assert row["images/s"] == 8 * row["steps/s"] > 0
    assert row["of ceiling"] == pytest.approx(row["TFLOP/s"] * 10)
    assert row["TFLOP/s"] == pytest.approx(row["steps/s"] * row["GFLOP"] / 1e3)
    assert "small" in command.table([{"name": "small"} | row])
