"""What a study trains: study.yaml in, runs out, each with the hash of all that decides its result."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from gan.commands.ranking import BASELINE
from gan.commands.study.deciding import code_of, inputs_of
from gan.commands.study.overrides import overridden
from gan.params.blocks import Block, Seed
from gan.params.by_model import MODELS
from gan.params.schema import checked, mistakes
from gan.run.errors import ParamsError
from gan.run.fingerprint import name_of, stages
from gan.run.paths import PARAMS
from gan.run.yaml12 import read_file

STUDY = Path("study.yaml")
# Also part of the name of an experiment, which is a git reference: two names of 100 letters still make a file's name.
NAME = re.compile(r"(?=.{1,100}$)[a-z0-9]+(-[a-z0-9]+)*")

Overrides = list[str]  # as `dvc exp run -S` takes them


class Group(Block):
    """Settings of one model, each compared with the default on the same data; `about` is a sentence for the page."""

    model: str
    about: str = ""
    always: Overrides
    settings: dict[str, Overrides | None]


class Study(Block):
    """The content of study.yaml."""

    seeds: Annotated[list[Seed], Field(min_length=1)]
    groups: Annotated[dict[str, Group], Field(min_length=1)]


@dataclass(frozen=True)
class Run:
    """One training with its scores."""

    group: str
    model: str
    setting: str
    seed: int
    overrides: tuple[str, ...]
    inputs: str  # hash of the params that decide the data, the trained weights, and how they are scored
    code: str  # hash of the code that packs the data and trains; the code that scores is left out, as rows name it

    @property
    def experiment(self) -> str:
        """The name of its experiment."""
        decided = name_of({"inputs": self.inputs, "code": self.code})
        return f"study-{self.group}-{self.setting}-{self.seed}-{decided[:8]}"

    @property
    def target(self) -> str:
        """The last stage that it needs."""
        return f"evaluate@{self.model}"


def read_study(path: Path = STUDY) -> Study:
    """Read and check study.yaml.

    Raises:
        ParamsError: the file is missing, is not valid YAML or no study, or a name in it is none.
    """
    written = read_file(path)
    try:
        study = Study.model_validate(written)
    except ValidationError as error:
        raise ParamsError(mistakes(error, path, written)) from error
    if len(set(study.seeds)) < len(study.seeds):
        raise ParamsError(f"{path}: seeds {study.seeds}: each counts once")
    for name, group in study.groups.items():
        place = f"{path}: groups.{name}"
        if group.model not in MODELS:
            raise ParamsError(f"{place}: there is no model {group.model!r}, only {', '.join(MODELS)}")
        if BASELINE not in group.settings:
            raise ParamsError(f"{place}: settings lack {BASELINE!r}, which the others are compared with")
        if group.settings[BASELINE]:
            raise ParamsError(f"{place}: {BASELINE!r} has changes of its own; what every run has stands under `always`")
        if wrong := [one for one in (name, *group.settings) if not NAME.fullmatch(one)]:
            raise ParamsError(
                f"{place}: {wrong[0]!r} is no name: use lower-case letters, digits and hyphens, at most 100"
            )
    return study


def runs(study: Study) -> list[Run]:
    """All runs: every setting with one seed before the next seed, so that a study that is cut short still compares.

    A setting that is what the default is now, as once params.yaml has taken it over, is left out, with a line.

    Raises:
        ParamsError: params.yaml is not valid; an override is not, or makes params that are not; two settings of a group
            are the same, or two of different groups have the same name.
    """
    pipeline, before = stages(), read_file(PARAMS)
    checked(before)
    code = {group.model: code_of(pipeline, group.model) for group in study.groups.values()}
    planned = [
        (name, group.model, setting, (*group.always, *(changes or [])))
        for name, group in study.groups.items()
        for setting, changes in group.settings.items()
    ]
    params = [overridden(before, changes, f"{STUDY}: {name}, {setting}") for name, _, setting, changes in planned]
    found = [
        Run(
            name, model, setting, seed, (f"seed={seed}", *changes),
            inputs_of(pipeline, model, one | {"seed": seed}), code[model],
        )
        for seed in study.seeds
        for (name, model, setting, changes), one in zip(planned, params, strict=True)
    ]  # fmt: skip
    _refuse_one_name(kept := _without_twins(found))
    return kept


def _without_twins(planned: list[Run]) -> list[Run]:
    """The runs without settings that train and score as the default of their group does.

    Raises:
        ParamsError: two other settings are the same: one of them is mistaken, and both would count.
    """
    known = {(one.group, one.seed, one.inputs): BASELINE for one in planned if one.setting == BASELINE}
    told: dict[str, None] = {}
    kept = []
    for one in planned:
        other = known.setdefault((one.group, one.seed, one.inputs), one.setting)
        same = f"{STUDY}: {one.group}, {one.setting}: changes nothing for {one.model}, beside {other!r}"
        if other == one.setting:
            kept.append(one)
        elif other == BASELINE:
            told[f"{same}; it is left out"] = None
        else:
            raise ParamsError(f"{same}: its data, training and scores would be the same")
    print(*told, sep="\n", end="\n" if told else "", file=sys.stderr)
    return kept


def _refuse_one_name(planned: list[Run]) -> None:
    """Raise ParamsError if two runs are one experiment by name, as setting `c` of group `a-b`, and `b-c` of `a`."""
    named: dict[str, Run] = {}
    for one in planned:
        if (other := named.setdefault(one.experiment, one)) is not one:
            both = f"{other.group}, {other.setting} and {one.group}, {one.setting}"
            raise ParamsError(f"{STUDY}: {both} would both make the experiment {one.experiment}; rename one of them")
