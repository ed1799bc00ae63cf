"""What tests share: an empty folder to work in, one thread, and the real embedded images."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from gan.core.images import Uint8
from gan.core.runtime import Runtime


@pytest.fixture(autouse=True)
def _global_state() -> Iterator[None]:
    """One thread, and torch's thread count and every seed given back."""
    threads, state, numpy_state = torch.get_num_threads(), torch.get_rng_state(), np.random.get_state()
    torch.set_num_threads(1)  # tiny networks gain nothing from more, and suffer where cores are busy
    yield
    torch.set_num_threads(threads)
    torch.set_rng_state(state)
    np.random.set_state(numpy_state)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    return tmp_path


@pytest.fixture(scope="session")
def cpu() -> Runtime:
    return Runtime(torch.device("cpu"), "fp32")


@pytest.fixture(scope="session")
def digits() -> Uint8:
    """48 real MNIST digits, uint8 (48, 32, 32, 1)."""
    from gan.datasets import mnist5k

    some = mnist5k.collection().limited(48, 0)
    return np.stack([np.asarray(some.open(index)) for index in range(len(some))])[..., None]
