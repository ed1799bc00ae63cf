"""The device exists, and torch computes in the precision and determinism that params ask for."""

import os

import pytest
import torch

from gan.core.runtime import choose_runtime
from gan.run.errors import ParamsError


def test_start_picks_what_is_there() -> None:
    runtime = choose_runtime("cpu", "auto", "exact")
    assert runtime.device.type == "cpu"
    assert runtime.precision in ("fp32", "bf16")
    assert choose_runtime("auto", "bf16", "exact").precision == "bf16"


@pytest.mark.parametrize(("level", "exact"), [("exact", True), ("fast", False)])
def test_the_level_of_determinism_reaches_torch(level: str, exact: bool) -> None:
    choose_runtime("cpu", "fp32", level)
    assert torch.are_deterministic_algorithms_enabled() == exact
    assert torch.backends.cudnn.benchmark != exact
    assert not exact or os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has CUDA, so asking for it is right")
def test_cuda_that_is_not_there_is_refused() -> None:
    with pytest.raises(ParamsError, match="torch sees no CUDA device; use auto or cpu"):
        choose_runtime("cuda", "fp32", "exact")


def test_autocast_runs_convolutions_in_the_named_precision() -> None:
    layer, images = torch.nn.Conv2d(1, 1, 1), torch.ones(1, 1, 2, 2)
    for precision, expected in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        with choose_runtime("cpu", precision, "exact").autocast():
            assert layer(images).dtype == expected
