"""Several ranks train as one process does: the same losses and weights, and every rank the same."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gan.core.runtime import Runtime
from gan.params.schema import Params
from gan.training.environment import differences
from gan.training.recipe import Recipe, state_of
from gan.training.steps import made
from tests import tiny
from tests.killed import trained
from tests.ranked import by_ranks, train
from tests.recipes import equal, small_cyclegan, small_dcgan
from tests.test_killed import KILLED_IN, RUNS, Changes, changed

EXACT = Runtime(torch.device("cpu"), "fp64")
STEPS = 4
DEFAULT = "as by default"
APART = "BatchNorm of each rank alone"
MODELS = ["dcgan", "cyclegan"]


def values_of(model: str, run: str) -> Changes:
    """All levers of `test_killed`, with batches that two ranks can share and one BatchNorm."""
    values = changed(model, RUNS[run]) if run in RUNS else tiny.values()
    values["train_cyclegan"]["batch_size"] = 2
    values["train_dcgan"]["sync_batch_norm"] = run != APART
    return values


def recipe_of(model: str, p: Params) -> Recipe:
    if model == "dcgan":
        return small_dcgan(p, np.random.default_rng(0).integers(0, 256, (32, 32, 32, 1), np.uint8), EXACT)
    return small_cyclegan(p, EXACT)


CASES = [(model, run) for model in MODELS for run in (DEFAULT, *RUNS)] + [("dcgan", APART)]


def all_trained() -> dict[str, Any]:
    """The scalars of each step and the final state of all cases, in float64."""
    found = {}
    for model, run in CASES:
        recipe = recipe_of(model, Params.model_validate(values_of(model, run)))
        rows = [made(recipe, 0, step) for step in range(STEPS)]
        found[f"{model}, {run}"] = {"made": rows, "state": state_of(recipe)}
    return found


def _train_all(rank: int, folder: Path) -> None:
    torch.save(all_trained(), folder / f"{rank}.pt")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """All cases, as trained by one process, by the first of two ranks and by the second."""
    folder = tmp_path_factory.mktemp("ranks")
    torch.set_num_threads(1)
    alone = all_trained()
    assert by_ranks(2, folder, _train_all, folder) == [0, 0]
    return [alone, *(torch.load(folder / f"{rank}.pt", weights_only=True) for rank in range(2))]


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, torch.Tensor]]:
    if isinstance(value, torch.Tensor):
        yield place, value.double()
    elif isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(one, f"{place}.{name}")


def apart(one: Any, other: Any) -> dict[str, float]:
    """How far the tensors of two nested values are apart, by their names; equal ones are left out."""
    pairs = zip(leaves(one), leaves(other), strict=True)
    return {name: float((a - b).abs().max()) for (name, a), (_, b) in pairs if not torch.equal(a, b)}


@pytest.mark.parametrize(("model", "run"), [case for case in CASES if case[1] != APART])
def test_two_ranks_train_as_one_process(results: list[dict[str, Any]], model: str, run: str) -> None:
    """Sums are in another order, and where a gradient is 0 but for rounding, Adam makes a step of its noise."""
    alone, together, _ = (one[f"{model}, {run}"] for one in results)
    far = {name: distance for name, distance in apart(alone, together).items() if distance > 1e-6}
    assert not far
    assert {type(one) for one in together["made"]} == {dict}
    assert len([*leaves(together)]) > 50


def test_both_ranks_have_the_same_bits(results: list[dict[str, Any]]) -> None:
    _, first, second = ({name: one for name, one in found.items() if APART not in name} for found in results)
    assert equal(first, second)


def test_batch_norm_may_be_left_to_each_rank(results: list[dict[str, Any]]) -> None:
    """Its weights are the same in both ranks all the same; its running statistics are each rank's own."""
    alone, first, second = (one[f"dcgan, {APART}"] for one in results)
    differ = {name for name in apart(first, second) if not name.startswith(".state.ema")}
    assert differ
    assert all("running" in name for name in differ)
    assert apart(alone["made"], first["made"])[".3.d_loss"] > 1e-3


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A training by two ranks that none interrupts."""
    return trained_by_two(tmp_path_factory.mktemp("unbroken") / "run")


LEVERS = "relativistic, penalised every second step, with ADA"


def trained_by_two(folder: Path, victim: tuple[int, int] | None = None) -> dict[str, Any]:
    """The result of a CycleGAN by two ranks in this folder; empty if one of them is killed in a step."""
    ended = by_ranks(2, folder, train, folder, "cyclegan", values(), victim)
    if victim:
        assert ended == ([-9, 3] if victim[0] == 0 else [3, -9])
        return {}
    assert ended == [0, 0]
    found: dict[str, Any] = torch.load(folder / "result.pt", weights_only=True)
    return found


def values() -> Changes:
    """8 steps of a CycleGAN in two epochs, with batches of 2 of its 4 images."""
    values = values_of("cyclegan", LEVERS)
    values["train_cyclegan"] |= {"epochs": 2, "decay_epochs": 2}
    return values


@pytest.mark.parametrize("victim", [0, 1])
def test_a_killed_rank_ends_all_and_a_rerun_resumes_to_the_same_bits(
    unbroken: dict[str, Any], tmp_path: Path, victim: int
) -> None:
    folder = tmp_path / "run"
    assert trained_by_two(folder, (victim, KILLED_IN)) == {}
    told = (folder / f"error-{1 - victim}").read_text()
    assert re.fullmatch(r"another rank .* \(.*[Cc]onnection.*\); the same command goes on .*", told)
    resumed = trained_by_two(folder)
    assert resumed.pop("made") == [*range(KILLED_IN, 8)]
    assert equal(resumed, {name: value for name, value in unbroken.items() if name != "made"})


def test_another_number_of_ranks_resumes_and_says_so(unbroken: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "run"
    trained_by_two(folder, (1, KILLED_IN))
    resumed = trained(folder, "cyclegan", values())
    assert differences(*resumed["run"]["environments"]) == ["ranks 2 → 1"]
    distances = apart(resumed["run"]["rows"], unbroken["run"]["rows"])
    assert all(distance < 1e-3 for distance in distances.values())
