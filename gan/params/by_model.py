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


class SelectModel(Block):
    images: Annotated[int, Field(ge=2)]


class SelectBy(Block):
    best_by: Literal["fid", "kid"]


def _with_fields(base: type[Block], fields: dict[str, type[Block]]) -> Any:
    """A block with one more field for each model. The result is Any, because mypy cannot know these fields."""
    return create_model(base.__name__, __base__=base, **{name: (kind, ...) for name, kind in fields.items()})  # type: ignore[call-overload]


def _kind(name: str, base: type[Block]) -> dict[str, type[Block]]:
    """The class of this name in each model's file; the base class where a file lacks it, which `refuse_gaps` tells."""
    found = {model: getattr(one, name, base) for model, one in MODELS.items()}
    return {model: one if issubclass(one, base) else base for model, one in found.items()}


Select = _with_fields(SelectBy, dict.fromkeys(MODELS, SelectModel))
Sample = _with_fields(Block, _kind("Sample", Sampling))
Trained = _with_fields(Block, {f"train_{name}": one for name, one in _kind("Train", Training).items()})


def refuse_gaps() -> None:
    """Check that each model's file has both of its classes.

    Raises:
        ParamsError: names the first that is missing.
    """
    for name, base in (("Train", Training), ("Sample", Sampling)):
        for model, kind in _kind(name, base).items():
            if kind is base:
                raise ParamsError(f"gan/params/models/{model}.py has no `class {name}({base.__name__})`")


def block_of(blocks: Any, model: str) -> Any:
    """The part of a block, such as `sample`, that is for one model.

    Raises:
        ParamsError: no file says which params the model has.
    """
    if model not in MODELS:
        raise ParamsError(f"gan/params/models/{model}.py is missing: it holds the params of {model}")
    return getattr(blocks, model)
