"""A training that begins from another's generators: with these weights, once, and from no others."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
import torch

from gan.artifacts.checkpoint import Checkpoint, read, write
from gan.params.schema import Params
from gan.run.errors import GanError, Interrupted
from gan.run.runstate import RunState
from gan.training.loop import Job, fit
from gan.training.recipe import Recipe, state_of
from gan.training.start import begin
from tests import tiny
from tests.recipes import Build, equal
from tests.test_loop import PIPELINE, signalled

MODELS = {"DCGAN": "dcgan", "CycleGAN": "cyclegan"}


@pytest.fixture
def project(workspace: Path) -> Path:
    (workspace / "dvc.yaml").write_text(PIPELINE)
    (workspace / "params.yaml").write_text("seed: 0\n")
    return workspace


def model_of(recipe: Recipe) -> str:
    return MODELS[type(recipe).__name__]


def starting(source: str, **changes: Any) -> Params:
    """Tiny params of a training that starts from a source."""
    values = tiny.values()
    for model in MODELS.values():
        values[f"train_{model}"] |= {"start_from": source}
    return Params.model_validate(values | changes)


def write_as(recipe: Recipe, path: Path, dtype: torch.dtype = torch.float32, **meta: Any) -> Checkpoint:
    """A checkpoint of a recipe's generators, on disk."""
    weights = {name: tensor.to(dtype) for name, tensor in recipe.weights().items()}
    found = Checkpoint(weights, recipe.meta() | {"model": model_of(recipe), "step": 7, "ema_decay": 0.5} | meta)
    write(path, found)
    return found


def trained(recipe: Recipe, model: str, stop: int | None = None) -> Recipe:
    with RunState("train-it", keep=5) as state:
        fit(recipe, Job(model, 0, state, 60.0))
        state.remove()
    return recipe


def test_generators_and_averages_begin_as_the_checkpoint_and_nothing_else_does(build: Build, project: Path) -> None:
    other = write_as(build(tiny.params(seed=5)), Path("other.safetensors"))
    cold, warm = build(tiny.params()), build(starting("other.safetensors"))
    assert begin(cold, model_of(cold)) is None
    assert begin(warm, model_of(warm)) == {
        "start_from": "other.safetensors",
        "sha256": hashlib.sha256(Path("other.safetensors").read_bytes()).hexdigest(),
    }
    assert equal(warm.weights(), other.weights)
    assert not equal(cold.weights(), warm.weights())
    networks = {name.partition(".")[0] for name in other.weights}
    for name in networks:
        assert equal(warm.parts()[name].state_dict(), other.network(name))
    averages = {f"ema_{name}" if len(networks) > 1 else "ema" for name in networks}
    rest = cold.parts().keys() - networks - averages
    assert rest
    assert equal(*({name: recipe.parts()[name].state_dict() for name in rest} for recipe in (cold, warm)))


def test_a_snapshot_in_half_precision_will_do(build: Build, project: Path) -> None:
    other = write_as(build(tiny.params(seed=5)), Path("half.safetensors"), torch.float16)
    warm = build(starting("half.safetensors"))
    begin(warm, model_of(warm))
    assert equal(warm.weights(), {name: tensor.float() for name, tensor in other.weights.items()})


def test_a_resumed_training_needs_the_checkpoint_no_more_and_says_where_it_started(build: Build, project: Path) -> None:
    source = Path("other.safetensors")
    model = model_of(build(tiny.params()))
    write_as(build(tiny.params(seed=5)), source)
    whole = trained(build(starting(str(source))), model)
    with pytest.raises(Interrupted):
        trained(signalled(build, 2)(starting(str(source))), model)
    source.unlink()
    resumed = build(starting(str(source)))
    with RunState("train-it", keep=5) as state:
        job = Job(model, 0, state, 60.0)
        fit(resumed, job)
        snapshot = read(sorted(job.snapshots.iterdir())[-1])
    assert equal(state_of(resumed), state_of(whole))
    assert snapshot.meta["started"]["start_from"] == str(source)


def test_other_networks_are_refused_and_named(build: Build, project: Path) -> None:
    recipe = build(tiny.params())
    meta = recipe.meta()
    generator = meta["generator"]
    write_as(recipe, Path("wide.safetensors"), generator=generator | {"width": 64})
    write_as(recipe, Path("another.safetensors"), model="toy")
    write_as(recipe, Path("classes.safetensors"), classes=["0", "1"])
    Path("text.safetensors").write_text("no weights")
    width = generator["width"]
    for name, message in {
        "wide.safetensors": f"start_from wide.safetensors: .* \\(generator.width 64 → {width}\\); set these params",
        "classes.safetensors": "classes .'0', '1'. → None",
        "another.safetensors": "is of toy, not of",
        "text.safetensors": "is damaged",
        "none.safetensors": "none.safetensors is missing",
        "no-such-tag": "no-such-tag is no file",
    }.items():
        begun = build(starting(name))
        before = {key: tensor.clone() for key, tensor in begun.weights().items()}
        with pytest.raises(GanError, match=message):
            begin(begun, model_of(begun))
        assert equal(begun.weights(), before)
