"""params.yaml, typed and closed: one file per block, no default anywhere, unknown keys refused.

This file holds the type and the bounds of each field; params.yaml holds its value and explains it.
"""

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from gan.params.blocks import Count, Natural, Seconds, Seed
from gan.params.by_model import MODELS, Sample, Select, Trained, refuse_gaps
from gan.params.evaluate import Evaluate
from gan.params.prepare_data import PrepareData
from gan.run.errors import ParamsError
from gan.run.paths import PARAMS
from gan.run.yaml12 import read_file

# Reasons that pydantic gives in terms of Python.
WORDS = {
    "dict_type": "input should be names with values",
    "model_type": "input should be names with values",
    "list_type": "input should be a list, as in [a, b]",
    "string_type": "input should be text; put it in quotes",
}


class Params(Trained):  # type: ignore[misc]  # Trained has a field `train_<model>` for each model
    seed: Seed
    lr: Annotated[float, Field(gt=0, le=1)]
    accelerator: Literal["auto", "cpu", "cuda"]
    devices: Count
    num_nodes: Count
    precision: Literal["auto", "fp32", "bf16"]
    determinism: Literal["exact", "fast"]
    cuda_graphs: bool
    save_every_seconds: Seconds
    keep_states: Natural
    prepare_data: PrepareData
    select: Select
    sample: Sample
    evaluate: Evaluate

    @model_validator(mode="after")
    def _data_fits(self) -> Self:
        for name in MODELS:
            training = getattr(self, f"train_{name}")
            training.refuse_data(self.prepare_data)
            getattr(self.sample, name).refuse_training(training)
        return self


def load(path: Path = PARAMS) -> Params:
    """Read and check the whole file, so that a mistake in any block stops a run before its first stage.

    Raises:
        ParamsError: the file is missing, is not valid YAML, or a key or value is not allowed. It lists all mistakes.
    """
    return checked(read_file(path), path)


def checked(written: Any, path: Path = PARAMS) -> Params:
    """Check params as params.yaml holds them; raises as `load`.

    Args:
        path: names their file in messages.
    """
    refuse_gaps()
    if not isinstance(written, dict):
        raise ParamsError(f"{path}: holds no params; `git checkout {path}` brings the committed ones back")
    try:
        return Params.model_validate(written)
    except ValidationError as error:
        raise ParamsError(mistakes(error, path, written)) from error


def mistakes(error: ValidationError, path: Path, written: Any) -> str:
    """What is wrong with a file, for people: the place, the value and the reason of each mistake.

    Args:
        written: what the file holds.
    """
    return "; ".join(_sentence(path, written, detail) for detail in error.errors())


def _sentence(path: Path, written: Any, detail: Any) -> str:
    key = ".".join(str(part) for part in detail["loc"] if part != "[key]")
    if detail["type"] == "missing":
        return f"{path}: {key} is missing"
    if detail["type"] == "extra_forbidden":
        return f"{path}: {key} is unknown; {_meant(written, detail['loc'])}"
    reason = WORDS.get(detail["type"]) or detail["msg"].removeprefix("Value error, ")
    value = detail["input"]
    quoted = "" if isinstance(value, dict | BaseModel) else f" = {value!r}"
    return f"{path}: {key}{quoted}: {reason[0].lower()}{reason[1:]}" if key else f"{path}: {reason}"


def _meant(written: dict[str, Any], place: tuple[Any, ...]) -> str:
    """The name beside an unknown one that it may be a misspelling of."""
    for part in place[:-1]:
        written = written[part]
    close = get_close_matches(place[-1], [name for name in written if name != place[-1]], 1)
    return f"did you mean {close[0]}?" if close else "check its spelling"
