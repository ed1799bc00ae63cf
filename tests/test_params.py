"""params.yaml is closed and typed, and a mistake in it is refused with one sentence."""

import copy
import math
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML

from gan.params.schema import Params, load
from gan.run import fingerprint
from gan.run.errors import ParamsError
from tests import tiny

VALUES = tiny.values()


def test_the_projects_own_file_is_valid() -> None:
    assert isinstance(load(tiny.ROOT / "params.yaml"), Params)


def blocks(model: type[BaseModel], place: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The path of every block and value in params.yaml."""
    places = [place] if place else []
    for name, field in model.model_fields.items():
        kind = field.annotation
        inside = blocks(kind, (*place, name)) if isinstance(kind, type) and issubclass(kind, BaseModel) else None
        places += inside or [(*place, name)]
    return places


def at(values: dict[str, Any], place: tuple[str, ...]) -> Any:
    for name in place:
        values = values[name]
    return values


def refusal(tmp_path: Path, values: dict[str, Any]) -> str:
    path = tmp_path / "params.yaml"
    path.write_text(yaml.dump(values, Dumper=yaml.CSafeDumper, sort_keys=False))
    with pytest.raises(ParamsError) as caught:
        load(path)
    return str(caught.value)


@pytest.mark.parametrize("place", blocks(Params), ids=".".join)
def test_a_missing_key_is_named(place: tuple[str, ...], tmp_path: Path) -> None:
    values = copy.deepcopy(VALUES)
    del at(values, place[:-1])[place[-1]]
    assert f"{'.'.join(place)} is missing" in refusal(tmp_path, values)


@pytest.mark.parametrize("place", [(), *(p for p in blocks(Params) if isinstance(at(VALUES, p), dict))])
def test_an_unknown_key_is_named(place: tuple[str, ...], tmp_path: Path) -> None:
    values = copy.deepcopy(VALUES)
    at(values, place)["leraning_rate"] = 1
    assert f"{'.'.join((*place, 'leraning_rate'))} is unknown" in refusal(tmp_path, values)


@pytest.mark.parametrize(
    ("block", "written", "meant"),
    [
        ("train_dcgan", "los", "did you mean loss?"),
        ("train_dcgan", "learning_rate", "check its spelling"),
        ("prepare_data", "imges", "did you mean images?"),
    ],
)
def test_a_misspelt_name_is_told_with_the_one_that_was_meant(
    block: str, written: str, meant: str, tmp_path: Path
) -> None:
    values = copy.deepcopy(VALUES)
    values[block][written] = 1
    assert f"{block}.{written} is unknown; {meant}" in refusal(tmp_path, values)


@pytest.mark.parametrize("place", [p for p in blocks(Params) if not isinstance(at(VALUES, p), dict)])
@pytest.mark.parametrize("bad", ["", "abc", math.nan, -1, {"a": 1}])
def test_no_value_takes_nonsense(place: tuple[str, ...], bad: Any) -> None:
    if place[-1] in ("folder", "downloads", "inception_weights") and isinstance(bad, str):
        return  # any text may be a path
    if place[-1] == "start_from" and bad == "abc":
        return
    values = copy.deepcopy(VALUES)
    at(values, place[:-1])[place[-1]] = bad
    with pytest.raises(ValidationError) as caught:
        Params.model_validate(values)
    told = caught.value.errors()
    assert any(error["loc"][: len(place)] == place or place[-1] in error["msg"] for error in told)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lr": "fast"}, "lr = 'fast'"),
        ({"lr": 0.0}, "greater than 0"),
        ({"seed": 1.5}, "seed = 1.5"),
        ({"seed": True}, "seed = True"),
        ({"precision": "fp16"}, "'auto', 'fp32' or 'bf16'"),
        ({"devices": 0}, "devices = 0"),
    ],
)
def test_impossible_values_are_quoted_with_what_is_allowed(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    assert message in refusal(tmp_path, tiny.values() | changes)


PATHS = [p for p in blocks(Params) if p[-1] in ("folder", "downloads", "inception_weights")]


@pytest.mark.parametrize("place", PATHS, ids=".".join)
def test_a_tilde_is_a_home_and_stays_what_is_written(
    place: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fingerprint of a run has the path as it is written, so it is the same on every machine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    values = copy.deepcopy(VALUES)
    for written, meant in {"~/a b": "/home/me/a b", "~": "/home/me", "a/~": "a/~", "./~x": "./~x", "x/": "x/"}.items():
        at(values, place[:-1])[place[-1]] = written
        with Path("params.yaml").open("w") as file:
            YAML().dump(values, file)
        typed: Any = load()
        for name in place:
            typed = getattr(typed, name)
        assert typed == meant
        assert list(fingerprint.values({"params": [".".join(place)]}, values).values()) == [written]
    at(values, place[:-1])[place[-1]] = "~nobody-of-this-name/x"
    told = refusal(tmp_path, values)
    assert f"{'.'.join(place)} = '~nobody-of-this-name/x': nobody on this machine has this home" in told


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    told = refusal(tmp_path, tiny.values() | {"lr": -1.0, "sede": 3})
    assert "lr = -1.0" in told
    assert "sede is unknown" in told


def test_no_file_and_no_yaml(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="is missing; run from the folder"):
        load(tmp_path / "params.yaml")
    (tmp_path / "params.yaml").write_text("lr: [1")
    with pytest.raises(ParamsError, match="is not valid YAML"):
        load(tmp_path / "params.yaml")


def test_no_name_that_dvc_drops_from_the_keys_of_its_run_cache() -> None:
    """`size` and `nfiles`: dvc.stage.cache excludes them at any depth, and would restore another value's outputs."""

    def names(block: object) -> set[str]:
        return block.keys() | set().union(*map(names, block.values())) if isinstance(block, dict) else set()

    assert not names(tiny.values()) & {"size", "nfiles"}


def test_no_block_has_a_default() -> None:
    """All values are in params.yaml. Else code of gan/params, on which no stage depends, could change a result."""
    left: list[type[BaseModel]] = [Params]
    while left:
        for name, field in left.pop().model_fields.items():
            assert field.is_required(), name
            kinds = [field.annotation, *get_args(field.annotation)]
            left += [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
