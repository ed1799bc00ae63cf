"""A checkpoint of CycleGAN rebuilds its generators, whatever their options; those that are off leave no trace in it."""

from typing import Any

import pytest
import torch

from gan.artifacts.checkpoint import Checkpoint
from gan.core.runtime import Runtime
from gan.cyclegan.sampling import load
from tests.beside import CPU, cyclegan
from tests.papers import OURS, PAPER, UNET


def test_metadata_is_what_it_was_before_there_were_options() -> None:
    """A key more would change the bytes of every checkpoint."""
    expected = {name: OURS[name] for name in OURS if name not in ("architecture", "gated")} | {"width": 4, "blocks": 1}
    meta = cyclegan(OURS, Runtime(CPU, "fp32"), 0.0).meta()
    assert meta == {"generator": expected, "channels": {"a": 3, "b": 3}}


@pytest.mark.parametrize("choices", [OURS, PAPER, OURS | {"gated": True}, UNET], ids=str)
def test_a_checkpoint_rebuilds_its_generators(choices: dict[str, Any]) -> None:
    recipe = cyclegan(choices, Runtime(CPU, "fp32"), 1e-3, lambda_identity=0.0)  # from grey to colour and back
    recipe.step(0)
    networks = load(Checkpoint(recipe.weights(), recipe.meta() | {"model": "cyclegan"}))
    for name, inputs, average in (("a2b", 1, recipe.ema_a2b), ("b2a", 3, recipe.ema_b2a)):
        images = torch.rand(2, inputs, 32, 48) * 2 - 1
        torch.testing.assert_close(networks[name](images), average(images), rtol=0, atol=1e-4)
