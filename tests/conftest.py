"""What tests share: an empty folder to work in, one thread, and the real embedded images."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from gan.core.images import Uint8
from gan.core.runtime import Runtime
from tests import stand_in
from tests.project import commit, end_all, fresh_clone, sh
from tests.tiny import ROOT


def pytest_itemcollected(item: pytest.Item) -> None:
    """Tests that share something expensive stay on one worker: those of the clone, and those of a file."""
    item.add_marker(pytest.mark.xdist_group("clone" if uses_clone(item) else item.path.stem))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those of the clone take longest, and begin."""
    items.sort(key=lambda item: not uses_clone(item))


def uses_clone(item: pytest.Item) -> bool:
    return "clone" in getattr(item, "fixturenames", ())


@pytest.fixture(autouse=True)
def _global_state() -> Iterator[None]:
    """One thread, and torch's thread count, level of determinism and every seed given back."""
    threads, state, numpy_state = torch.get_num_threads(), torch.get_rng_state(), np.random.get_state()
    exact = torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(1)  # tiny networks gain nothing from more, and suffer where cores are busy
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(exact)
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


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in which everything was reproduced and committed once, watched and without a network."""
    folder = fresh_clone(tmp_path_factory.mktemp("clone"))
    sh(folder, "dvc", "repro", PYTHONPATH=str(ROOT / "tests" / "watch"), WATCH_LOG=str(folder / ".git" / "opened"))
    commit(folder, "reproduced")
    return folder


@pytest.fixture
def _back_to_start(clone: Path) -> Iterator[None]:
    """After the test, the clone is as it was reproduced, and nothing runs in it."""
    yield
    end_all()
    for folder in (clone / ".state").iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)
    sh(clone, "git", "checkout", "-q", "-f", "main")
    sh(clone, "dvc", "checkout", "-q", "--force")


@pytest.fixture(scope="session")
def inception_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stand-in for the official file."""
    path = tmp_path_factory.mktemp("weights") / "inception-2015-12-05.pt"
    stand_in.write(path)
    return path
