"""What a study trains: study.yaml in, runs out, each with the hash of all that decides its result."""

import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from gan.commands.ranking import BASELINE
from gan.params.blocks import Block, Natural
from gan.params.by_model import MODELS
from gan.params.schema import checked
from gan.run.errors import ParamsError
from gan.run.fingerprint import Fingerprint, entry_of, name_of, of_entry, stages
from gan.run.names import training_of
from gan.run.paths import PARAMS
from gan.run.yaml12 import read_file

STUDY = Path("study.yaml")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")  # also part of the name of an experiment, which is a git reference

Overrides = list[str]  # as `dvc exp run -S` takes them
Stages = dict[str, tuple[list[str], Fingerprint]]  # stage → the params that it lists, and hashes of its code


class Group(Block):
    """Settings of one model, each compared with the default on the same data."""

    model: str
    always: Overrides
    settings: dict[str, Overrides | None]


class Study(Block):
    """The content of study.yaml."""

    seeds: Annotated[list[Natural], Field(min_length=1)]
    groups: Annotated[dict[str, Group], Field(min_length=1)]


@dataclass(frozen=True)
class Run:
    """One training with its scores."""

    group: str
    model: str
    setting: str
    seed: int
    overrides: tuple[str, ...]
    inputs: str  # hash of the code, params and data that decide the trained weights, and of the params of scoring

    @property
    def experiment(self) -> str:
        """The name of its experiment."""
        return experiment_of(self.group, self.setting, self.seed, self.inputs)

    @property
    def target(self) -> str:
        """The last stage that it needs."""
        return f"evaluate@{self.model}"


def experiment_of(group: str, setting: str, seed: int, inputs: str) -> str:
    """The name of a run's experiment."""
    return f"study-{group}-{setting}-{seed}-{inputs[:8]}"


def read_study(path: Path = STUDY) -> Study:
    """Read and check study.yaml.

    Raises:
        ParamsError: the file is missing or is not valid YAML; a model is unknown; a group lacks the setting `default`;
            a name is not made of lower-case letters, digits and hyphens.
    """
    try:
        study = Study.model_validate(read_file(path))
    except ValidationError as error:
        told = [f"{'.'.join(map(str, one['loc'])) or 'the file'}: {one['msg'].lower()}" for one in error.errors()]
        raise ParamsError(f"{path}: {'; '.join(told)}") from error
    for name, group in study.groups.items():
        place = f"{path}: groups.{name}"
        if group.model not in MODELS:
            raise ParamsError(f"{place}: there is no model {group.model!r}, only {', '.join(MODELS)}")
        if BASELINE not in group.settings:
            raise ParamsError(f"{place}: settings lack {BASELINE!r}, which the others are compared with")
        if wrong := [one for one in (name, *group.settings) if not NAME.fullmatch(one)]:
            raise ParamsError(f"{place}: {wrong[0]!r} is no name: use lower-case letters, digits and hyphens")
    return study


def runs(study: Study) -> list[Run]:
    """All runs: every setting with one seed before the next seed, so that a study that is cut short still compares.

    Raises:
        ParamsError: an override is not valid, or makes params that are not.
    """
    pipeline, before = stages(), read_file(PARAMS)
    deciding = {group.model: _stages(pipeline, group.model) for group in study.groups.values()}
    planned = [
        (name, group.model, setting, (*group.always, *(changes or [])))
        for name, group in study.groups.items()
        for setting, changes in group.settings.items()
    ]
    params = [_overridden(before, changes, f"{STUDY}: {name}, {setting}") for name, _, setting, changes in planned]
    return [
        Run(name, model, setting, seed, (f"seed={seed}", *changes), _inputs(deciding[model], one | {"seed": seed}))
        for seed in study.seeds
        for (name, model, setting, changes), one in zip(planned, params, strict=True)
    ]


def _stages(pipeline: dict[str, dict[str, Any]], model: str) -> Stages:
    """The stages that decide a run, with the hashes of the code of those that pack the data and train.

    The code that scores is left out: rows name how they were scored, and unlike rows are not compared.
    """
    made = {stage: entry_of(pipeline, stage) for stage in (f"prepare-data@{model}", training_of(model))}
    code = {stage: [dep for dep in one["deps"] if not dep.startswith("data/")] for stage, one in made.items()}
    scoring = {f"{one}@{model}": entry_of(pipeline, f"{one}@{model}") for one in ("select", "sample", "evaluate")}
    hashes = {stage: of_entry({"cmd": one["cmd"], "deps": code[stage]}, {}) for stage, one in made.items()}
    return {stage: (one.get("params", []), hashes.get(stage, {})) for stage, one in (made | scoring).items()}


def _inputs(stages: Stages, params: dict[str, Any]) -> str:
    """The hash of what decides the data, the weights and how they are scored."""
    parts = {stage: of_entry({"cmd": "", "params": names}, params) | code for stage, (names, code) in stages.items()}
    return name_of({stage: name_of(one) for stage, one in parts.items()})


def _overridden(params: dict[str, Any], changes: tuple[str, ...], place: str) -> dict[str, Any]:
    """The params with these changes, made as DVC makes them, and checked.

    Raises:
        ParamsError: DVC refuses a change, or the params are not valid with it.
    """
    from dvc.exceptions import InvalidArgumentError  # imported here, as it takes a second
    from dvc.utils.hydra import apply_overrides

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "params.json"  # not YAML: DVC would take 0.3 s to read it and to write it again
        path.write_text(json.dumps(params), encoding="utf-8")
        try:
            apply_overrides(path, [*changes])
            changed: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            checked(changed)
        except InvalidArgumentError as error:
            reason = str(error.__cause__ or error).splitlines()[0]
            raise ParamsError(f"{place}: {reason}") from error
        except ParamsError as error:
            raise ParamsError(f"{place}: {str(error).replace(f'{PARAMS}: ', '')}") from error
    return changed
