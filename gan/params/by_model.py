"""The blocks that hold a value for each model. Each file in `gan/params/models` is a model; no list names them."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from gan.params import models
from gan.params.blocks import Block

MODELS: dict[str, Any] = {
    one.name: import_module(f"{models.__name__}.{one.name}") for one in iter_modules(models.__path__)
}


class SelectModel(Block):
    images: Annotated[int, Field(ge=2)]


class SelectBy(Block):
    best_by: Literal["fid", "kid"]


def _with_fields(base: type[Block], fields: dict[str, type[Block]]) -> Any:
    """A block with one more field for each model. The result is Any, because mypy cannot know these fields."""
    return create_model(base.__name__, __base__=base, **{name: (kind, ...) for name, kind in fields.items()})  # type: ignore[call-overload]


Select = _with_fields(SelectBy, dict.fromkeys(MODELS, SelectModel))
Sample = _with_fields(Block, {name: one.Sample for name, one in MODELS.items()})
Trained = _with_fields(Block, {f"train_{name}": one.Train for name, one in MODELS.items()})
