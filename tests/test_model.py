"""What a model's package gets wrong is told in one sentence, before any long work."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from gan.core.images import Uint8
from gan.params.by_model import MODELS, block_of
from gan.records.samples import Output
from gan.run.errors import ModelError, ParamsError
from gan.sampling.model import Model, checked, model_of


def nothing(*_: Any) -> dict[str, Uint8]:
    return {}


def model(outputs: dict[str, Output], **others: Any) -> Model:
    return Model(outputs, "none", nothing, nothing, nothing, **others)


NOISE, TO_B = Output(), Output("B", source="A", back="a2b2a")


@pytest.mark.parametrize(
    ("outputs", "reason"),
    [
        ({}, "outputs: none"),
        ({"": NOISE, "a2b": TO_B}, "outputs: '', 'a2b'"),
        ({"x": Output(back="y")}, "goes back to no source"),
        ({"": NOISE}, "made from noise: `untrained`"),
    ],
)
def test_outputs_that_contradict_each_other(outputs: dict[str, Output], reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        model(outputs)


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """An empty gan/mine/model.py."""
    module = ModuleType("gan.mine.model")
    monkeypatch.setitem(sys.modules, "gan.mine", ModuleType("gan.mine"))
    monkeypatch.setitem(sys.modules, "gan.mine.model", module)
    return module


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("train", "test"):
        np.save(tmp_path / f"{name}.npy", np.zeros((1, 2, 2, 1), np.uint8))
    return tmp_path


def test_a_package_that_is_missing_or_gives_no_model(package: ModuleType, data: Path) -> None:
    with pytest.raises(ModelError, match=r"gan/yours/model.py is missing; docs/design.md"):
        model_of("yours", data)
    with pytest.raises(ModelError, match=r"gan/mine/model.py has no `MODEL = Model"):
        model_of("mine", data)


def test_sets_that_are_not_packed_are_named(package: ModuleType, data: Path) -> None:
    package.MODEL = model({"a2b": TO_B})  # type: ignore[attr-defined]
    with pytest.raises(ModelError, match=r"needs testA, testB, trainA, trainB, but .* holds test, train"):
        model_of("mine", data)
    package.MODEL = model({"": NOISE}, untrained=lambda checkpoint, _: checkpoint)  # type: ignore[attr-defined]
    assert model_of("mine", data).arrays == ["arr_0"]


def test_arrays_are_those_that_the_outputs_promise() -> None:
    assert model({"a2b": TO_B}).arrays == ["a2b", "a2b2a"]
    images = np.zeros((1, 2, 2, 3), np.uint8)
    assert checked("samples", {"a2b": images}, ["a2b"]) == {"a2b": images}
    with pytest.raises(ModelError, match="samples made 'a2b', expected 'a2b', 'b2a'"):
        checked("samples", {"a2b": images}, ["a2b", "b2a"])
    with pytest.raises(ModelError, match=r"made 'a2b' as float32 \(1, 2, 2, 3\), expected uint8 of 4"):
        checked("samples", {"a2b": images.astype(np.float32)}, ["a2b"])
    with pytest.raises(ModelError, match="expected uint8 of 3"):
        checked("grids", {"first": images}, ["first"], ndim=3)


def test_a_model_without_params_is_told() -> None:
    with pytest.raises(ParamsError, match=r"gan/params/models/mine.py is missing"):
        block_of(None, "mine")
    assert {*MODELS} >= {"dcgan", "cyclegan"}
