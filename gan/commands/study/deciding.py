"""What decides the result of a run: the params and the code of its stages, and a hash of each."""

from typing import Any

from gan.run.fingerprint import entry_of, name_of, of_entry
from gan.run.names import training_of

# Params that are newer than rows of a study: with this value, a training is what it was before there was a choice.
NEWER = {"train_dcgan.generator.upsample": "transposed"}

Pipeline = dict[str, dict[str, Any]]  # the stages of dvc.yaml, by name


def params_of(pipeline: Pipeline, model: str) -> dict[str, list[str]]:
    """The params, or blocks of them, that decide the data, the weights and the scores: stage → their names."""
    deciding = [*makers(model), *(f"{stage}@{model}" for stage in ("select", "sample", "evaluate"))]
    return {stage: entry_of(pipeline, stage).get("params", []) for stage in deciding}


def inputs_of(pipeline: Pipeline, model: str, params: dict[str, Any]) -> str:
    """A hash of all params that decide a result."""
    old = without(params, NEWER)
    listed = params_of(pipeline, model)
    return name_of({stage: name_of(of_entry({"cmd": "", "params": names}, old)) for stage, names in listed.items()})


def code_of(pipeline: Pipeline, model: str) -> str:
    """A hash of the code that packs the data and trains; that which scores is left out, as rows name it."""
    hashes = {}
    for stage in makers(model):
        entry = entry_of(pipeline, stage)
        code = [dep for dep in entry["deps"] if not dep.startswith("data/")]
        hashes[stage] = name_of(of_entry({"cmd": entry["cmd"], "deps": code}, {}))
    return name_of(hashes)


def without(params: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """The params but those, by their dotted names, that have this value."""
    kept = {}
    for name, value in params.items():
        inner = {key.removeprefix(f"{name}."): one for key, one in said.items() if key.startswith(f"{name}.")}
        if name not in said or said[name] != value:
            kept[name] = without(value, inner) if inner else value
    return kept


def makers(model: str) -> list[str]:
    """The stages that decide the data and the weights."""
    return [f"prepare-data@{model}", training_of(model)]
