"""The interface between the stages and a model: each `gan/<model>/model.py` has a `Model`, called `MODEL`."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from gan.artifacts.checkpoint import Checkpoint
from gan.artifacts.samples import Output
from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.params.schema import Params


@dataclass(frozen=True)
class Model:
    """The outputs of a model, and the functions that make them from a checkpoint. Images are uint8 (N, H, W, C).

    Args:
        outputs: output → what it should resemble; the output of a model that has only one is called ''.
        batch_norm: the statistics that BatchNorm uses, in words, which the table of scores records.
        samples: (checkpoint, params, runtime) → images to score, by the name of their array.
        choice_samples: (checkpoint, count, params, runtime) → images by which `select` chooses a snapshot, by output.
            They use no latent and no input that `samples` uses.
        grids: (checkpoint, its samples, params, runtime) → pictures (H, W, 3) for people, by name.
        untrained: (checkpoint, seed) → the same networks before any training, which are scored as `start`; None if the
            inputs are scored as `start` instead.
    """

    outputs: dict[str, Output]
    batch_norm: str
    samples: Callable[[Checkpoint, Params, Runtime], dict[str, Uint8]]
    choice_samples: Callable[[Checkpoint, int, Params, Runtime], dict[str, Uint8]]
    grids: Callable[[Checkpoint, dict[str, Uint8], Params, Runtime], dict[str, Uint8]]
    untrained: Callable[[Checkpoint, int], Checkpoint] | None = None


def model_of(name: str) -> Model:
    """The model of that name. Only its package is imported, so that an edit of another model reruns nothing here."""
    model: Model = import_module(f"gan.{name}.model").MODEL
    return model
