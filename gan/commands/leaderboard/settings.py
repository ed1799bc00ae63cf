"""How the leaderboard names a setting: by what differs from the baseline in params and code."""

import shlex
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Self

from gan.commands.ranking import BASELINE
from gan.commands.revisions import show
from gan.commands.study.deciding import Pipeline, makers, params_of
from gan.params.by_model import MODELS
from gan.run.fingerprint import entry_of, name_of
from gan.run.paths import LOCK, PARAMS
from gan.run.recorded import dvc_hash, read_records
from gan.run.yaml12 import parsed, read_file

LISTED = ("evaluate.checkpoints", "evaluate.extractors")  # they decide which scores there are, and change none
HARD_SPACE = "\u00a0"  # in a name or value, as a space parts two changes


@dataclass(frozen=True)
class Version:
    """What decides results.

    Args:
        params: by their dotted names.
        code: model → a hash of the code that packs its data and trains it; without a model of which it is not known.
    """

    params: dict[str, Any]
    code: dict[str, str]

    def with_changes(self, overrides: str) -> Self:
        """The same with the overrides of a run of the study."""
        return replace(self, params=self.params | _overrides(overrides))


def at(commit: str, name: str) -> Version:
    """The version of a commit; `name` is for the error message.

    Raises:
        ParamsError: its params are not valid YAML.
    """
    params = parsed(show(commit, PARAMS.as_posix()).encode(), f"{PARAMS} of {name}") or {}
    records = read_records(show(commit, LOCK.as_posix()))
    known = [model for model in MODELS if {*makers(model)} <= records.keys()]
    code = {model: _code([records[stage]["deps"] for stage in makers(model)]) for model in known}
    return Version(_flat(params), code)


def of_workspace(pipeline: Pipeline) -> Version:
    """The version that is in the workspace."""
    deps = {model: [entry_of(pipeline, stage)["deps"] for stage in makers(model)] for model in MODELS}
    code = {model: _code([{dep: dvc_hash(Path(dep)) for dep in one} for one in of]) for model, of in deps.items()}
    return Version(_flat(read_file(PARAMS)), code)


def label(before: Version, after: Version, model: str, pipeline: Pipeline) -> str:
    """What differs between two versions that decides a model's result, but for the seed; `default` if nothing.

    `code=` and a part of a hash stand for other code.
    """
    blocks = {one for names in params_of(pipeline, model).values() for one in names}
    names = [name for name in after.params if name not in ("seed", *LISTED) and _within(name, blocks)]
    changed = {name: after.params[name] for name in names if after.params[name] != before.params.get(name)}
    if model in before.code and model in after.code and before.code[model] != after.code[model]:
        changed["code"] = after.code[model][:8]
    return " ".join(f"{name}={_written(value)}".replace(" ", HARD_SPACE) for name, value in changed.items()) or BASELINE


def _code(deps: list[dict[str, str | None]]) -> str:
    """A hash of the code among the deps of stages, which are path → hash."""
    code = [{path: md5 or "" for path, md5 in one.items() if not path.startswith("data/")} for one in deps]
    return name_of({str(place): name_of(one) for place, one in enumerate(code)})


def _flat(params: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested params by their dotted names."""
    found: dict[str, Any] = {}
    for name, value in params.items():
        found |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return found


@cache
def _overrides(text: str) -> dict[str, Any]:
    """The params that the overrides of a run of the study set, as DVC reads them."""
    from dvc.utils.hydra import to_hydra_overrides  # imported here, as it takes a second

    return _flat({one.key_or_group: one.value() for one in to_hydra_overrides(shlex.split(text))})


def _within(name: str, blocks: set[str]) -> bool:
    """Whether a param is one of these, or in a block of theirs."""
    return any(f"{name}.".startswith(f"{one}.") for one in blocks)


def _written(value: Any) -> str:
    """A value as `dvc exp run -S` takes it."""
    if isinstance(value, list):
        return f"[{','.join(map(_written, value))}]"
    return str(value) if isinstance(value, str) else "null" if value is None else str(value).lower()
