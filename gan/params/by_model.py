"""The blocks that hold a value for each model. Each file in `gan/params/models` is a model; no list names them."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from gan.params import models
from gan.params.blocks import Block
from gan.params.sampling import Sampling
from gan.params.training import Training
from gan.run.errors import ParamsError

MODELS: dict[str, Any] = {
    one.name: import_module(f"{models.__name__}.{one.name}") for one in iter_modules(models.__path__)
}
for _name, _one in MODELS.items():
    for _kind, _base in (("Train", Training), ("Sample", Sampling)):
        if not issubclass(getattr(_one, _kind, object), _base):
            raise TypeError(f"gan/params/models/{_name}.py has no `class {_kind}({_base.__name__})`")


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


def block_of(blocks: Any, model: str) -> Any:
    """The part of a block, such as `sample`, that is for one model.

    Raises:
        ParamsError: no file says which params the model has.
    """
    if model not in MODELS:
        raise ParamsError(f"gan/params/models/{model}.py is missing: it holds the params of {model}")
    return getattr(blocks, model)
