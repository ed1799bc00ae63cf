"""What the loop needs from a model."""

from typing import Any, Protocol

import torch

from gan.core.images import Images, Uint8
from gan.core.runtime import Runtime
from gan.params.training import Training


class Stateful(Protocol):
    """A network, an optimiser, or anything else with torch's `state_dict` and `load_state_dict`."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any], /) -> Any: ...


class Recipe(Protocol):
    """A model that learns, as the loop sees it. DCGAN and CycleGAN satisfy this protocol, and share no base class."""

    runtime: Runtime
    total_steps: int  # of the whole training
    per_epoch: int  # steps

    @property
    def params(self) -> Training: ...

    def step(self, step: int) -> dict[str, torch.Tensor]:
        """Train on one batch; `step` counts from 0. Returns scalars by name, left on the device."""

    def preview(self) -> Uint8:
        """A picture (H, W, 3) of outputs for inputs that never change."""

    def samples(self, count: int) -> dict[str, Uint8]:
        """At most `count` generated images for the watchdog, by output: uint8 (N, H, W, C)."""

    def reals(self) -> dict[str, Images]:
        """The real training images that `samples` should resemble, by the same names: uint8 (N, H, W, C)."""

    def weights(self) -> dict[str, torch.Tensor]:
        """The weights that a checkpoint keeps, those of the averaged generators, under `network.tensor` names.

        `parts` has the networks of which they are averages by the same names.
        """

    def meta(self) -> dict[str, Any]:
        """Everything that is needed to rebuild the generators, as JSON values; it may replace `ema_decay`."""

    def parts(self) -> dict[str, Stateful]:
        """Everything that a resumed training needs, by name: networks, averages, optimisers, pools."""


def state_of(recipe: Recipe) -> dict[str, Any]:
    """The state of each part of a recipe, by name."""
    return {name: part.state_dict() for name, part in recipe.parts().items()}


def restore(recipe: Recipe, state: dict[str, Any]) -> None:
    """Give each part of a recipe its state back."""
    for name, part in recipe.parts().items():
        part.load_state_dict(state[name])
