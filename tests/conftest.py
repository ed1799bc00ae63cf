"""What tests share: an empty folder to work in, one thread, and the real embedded images."""

import shutil
import signal
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from dvc.repo import Repo
from xdist.scheduler import LoadScopeScheduling

from gan.core.images import Uint8
from gan.core.runtime import Runtime
from tests import stand_in
from tests.project import commit, end_all, fresh_clone, sh
from tests.recipes import Build, small_cyclegan, small_dcgan
from tests.tiny import ROOT

TRAINED = ["prepare-data@dcgan", "prepare-data@cyclegan", "train-dcgan", "train-cyclegan"]
# Files whose tests share a slow fixture: each such group runs on one worker, and starts first.
SHARED = {
    "test_pipeline": "clone",
    "test_experiments": "clone",
    "test_edits": "clone",
    "test_plots": "clone",
    "test_remotes": "clone",
    "test_study_queue": "clone",
    "test_third_model": "clone",
    "test_use_clone": "clone",
    "test_resume": "trained",
    "test_ranks_stage": "trained",
    "test_mishaps": "trained",
    "test_verify": "trained",
    "test_window": "trained",
}


class Groups(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Sends the tests of a file, or of a group of files, to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        file = Path(nodeid.partition("::")[0]).stem
        return SHARED.get(file, file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups:
    return Groups(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("-m") != "slurm":
        for item in items:
            if item.get_closest_marker("slurm"):
                item.add_marker(pytest.mark.skip("starts a Slurm and takes minutes: `make slurm` runs it"))
    items.sort(key=lambda item: item.path.stem not in SHARED)


@pytest.fixture(autouse=True)
def _global_state() -> Iterator[None]:
    """Run on one thread; afterwards restore the thread count, the determinism and the global random generators."""
    threads, state, numpy_state = torch.get_num_threads(), torch.get_rng_state(), np.random.get_state()
    exact = torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(1)  # tiny networks gain nothing from more threads, and are slower if cores are busy
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(exact)
    torch.set_rng_state(state)
    np.random.set_state(numpy_state)


@pytest.fixture
def _heard() -> Iterator[None]:
    """Signals have their default handlers, even if `nohup make test`, or `make test &` in a script, ignores them."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)}
    for number in before:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    return tmp_path


@pytest.fixture
def planned(workspace: Path) -> None:
    """A repository that has what the plan of a study reads: params, pipeline and code."""
    sh(workspace, "git", "init", "-q")
    for name in ("params.yaml", "dvc.yaml"):
        (workspace / name).write_bytes((ROOT / name).read_bytes())
    for name in ("gan", "stages"):
        (workspace / name).symlink_to(ROOT / name)


@pytest.fixture(scope="session")
def cpu() -> Runtime:
    return Runtime(torch.device("cpu"), "fp32")


@pytest.fixture(scope="session")
def digits() -> Uint8:
    """48 real MNIST digits, uint8 (48, 32, 32, 1)."""
    from gan.datasets import mnist5k

    some = mnist5k.collection().limited(48, 0)
    return np.stack([np.asarray(some.open(index)) for index in range(len(some))])[..., None]


@pytest.fixture(params=["dcgan", "cyclegan"])
def build(request: pytest.FixtureRequest, digits: Uint8, cpu: Runtime) -> Build:
    """Makes a small recipe of either model."""
    if request.param == "dcgan":
        return lambda p: small_dcgan(p, digits, cpu)
    return lambda p: small_cyclegan(p, cpu)


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in which everything was reproduced and committed once; opened files were logged, the network refused."""
    folder = fresh_clone(tmp_path_factory.mktemp("clone"))
    sh(folder, "dvc", "repro", PYTHONPATH=str(ROOT / "tests" / "watch"), WATCH_LOG=str(folder / ".git" / "opened"))
    commit(folder, "reproduced")
    return folder


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in which both models were trained, and no later stage was run."""
    folder = fresh_clone(tmp_path_factory.mktemp("trained"))
    (folder / "dvc.lock").unlink()  # it names results of other params
    sh(folder, "dvc", "repro", *TRAINED)
    commit(folder, "trained")
    return folder


@pytest.fixture
def _back_to_start(request: pytest.FixtureRequest) -> Iterator[None]:
    """After the test, end what still runs in its clone, and restore the clone."""
    whole = "clone" in request.fixturenames
    folder: Path = request.getfixturevalue("clone" if whole else "trained")
    yield
    end_all()
    for state in (folder / ".state").iterdir():
        if state.is_dir():
            shutil.rmtree(state)
    sh(folder, "git", "checkout", "-q", "-f", "main")
    sh(folder, "git", "clean", "-qfd")
    with chdir(folder), Repo() as repo:  # here, as a process of its own takes a second to start
        repo.checkout(None if whole else TRAINED, force=True)


@pytest.fixture(scope="session")
def inception_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a stand-in for the official file."""
    path = tmp_path_factory.mktemp("weights") / "inception-2015-12-05.pt"
    stand_in.write(path)
    return path
