"""The interface between the stages and a model: each `gan/<model>/model.py` has a `Model`, called `MODEL`."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan.artifacts.checkpoint import Checkpoint
from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.loading.packed import sets
from gan.records.samples import ONLY, Output
from gan.run.errors import ModelError


@dataclass(frozen=True)
class Context:
    """What making images takes besides a checkpoint.

    Args:
        data: the folder of the model's packed dataset.
        batch_size: images that go through a network at once.
    """

    data: Path
    seed: int
    batch_size: int
    runtime: Runtime


@dataclass(frozen=True)
class Model:
    """The outputs of a model, and the functions that make them from a checkpoint. Images are uint8 (N, H, W, C).

    `wanted` is the block `sample.<model>` of params.yaml.

    Args:
        outputs: output → what it should resemble; the output of a model that has only one is called ''.
        batch_norm: the statistics that BatchNorm uses, in words, which the table of scores records.
        samples: (checkpoint, wanted, context) → images to score: for each output, and for each `back`, an array.
        choice_samples: (checkpoint, count, context) → images by which `select` chooses a snapshot, by output.
            They use no latent and no input that `samples` uses.
        grids: (checkpoint, its samples, wanted, context) → pictures (H, W, 3) for people, by name.
        untrained: (checkpoint, seed) → the same networks before any training, which `start` scores; if None, `start`
            scores the inputs.
        labels: (checkpoint, wanted, context) → the class that each of the images of `samples` was asked to show, int64
            (N,), or None for a checkpoint that knows no classes; if it is None, no checkpoint does.

    Raises:
        ModelError: the outputs contradict each other, or `untrained` is missing.
    """

    outputs: dict[str, Output]
    batch_norm: str
    samples: Callable[[Checkpoint, Any, Context], dict[str, Uint8]]
    choice_samples: Callable[[Checkpoint, int, Context], dict[str, Uint8]]
    grids: Callable[[Checkpoint, dict[str, Uint8], Any, Context], dict[str, Uint8]]
    untrained: Callable[[Checkpoint, int], Checkpoint] | None = None
    labels: Callable[[Checkpoint, Any, Context], NDArray[np.int64] | None] | None = None

    def __post_init__(self) -> None:
        if not self.outputs or ("" in self.outputs and len(self.outputs) > 1):
            raise ModelError(
                f"outputs: {', '.join(map(repr, self.outputs)) or 'none'}; name each, or have one called ''"
            )
        for name, output in self.outputs.items():
            if output.source is None and output.back is not None:
                raise ModelError(f"output {name!r} goes back to no source; give it a source, or no `back`")
            if output.source is None and self.untrained is None:
                raise ModelError(f"output {name!r} is made from noise: `untrained` must make its score before training")

    @property
    def arrays(self) -> list[str]:
        """The names of the arrays that `samples` makes."""
        backs = [output.back for output in self.outputs.values() if output.back is not None]
        return [*(name or ONLY for name in self.outputs), *backs]


def model_of(name: str, data: Path) -> Model:
    """The model of that name. Only its package is imported, so that an edit of another model reruns nothing here.

    Raises:
        ModelError: it has no package or no MODEL, or its outputs should resemble sets that `data` does not hold.
    """
    place = f"gan/{name}/model.py"
    try:
        model = getattr(import_module(f"gan.{name}.model"), "MODEL", None)
    except ModuleNotFoundError as error:
        if error.name not in (f"gan.{name}", f"gan.{name}.model"):
            raise
        raise ModelError(f"{place} is missing; docs/design.md says how to add a model") from error
    except ModelError as error:
        raise ModelError(f"{place}: {error}") from error
    if not isinstance(model, Model):
        raise ModelError(f"{place} has no `MODEL = Model(…)`; docs/design.md says how to add a model")
    there, domains = sets(data), [output.target for output in model.outputs.values()]
    domains += [output.source for output in model.outputs.values() if output.source is not None]
    if missing := sorted({f"{part}{one}" for one in domains for part in ("train", "test")} - {*there}):
        raise ModelError(f"{place} needs {', '.join(missing)}, but {data} holds {', '.join(there) or 'no set'}")
    return model


def checked(what: str, made: dict[str, Uint8], names: Collection[str], ndim: int = 4) -> dict[str, Uint8]:
    """The arrays that a model has made, if they are those that it should make.

    Args:
        what: made them, for the error message.
        names: of all arrays.
        ndim: of each array; 4 for images, uint8 (N, H, W, C), and 3 for pictures.

    Raises:
        ModelError: an array is missing, has another name, or is no image.
    """
    if {*made} != {*names}:
        raise ModelError(f"{what} made {_listed(made)}, expected {_listed(names)}")
    for name, images in made.items():
        if images.dtype != np.uint8 or images.ndim != ndim:
            raise ModelError(
                f"{what} made {name!r} as {images.dtype} {images.shape}, expected uint8 of {ndim} dimensions"
            )
    return made


def _listed(names: Collection[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names)) or "nothing"
