"""`gan.load` of a revision: its checkpoint comes from DVC's cache or its remote, and the workspace stays as it is."""

from pathlib import Path

import numpy as np
import pytest
from dvc.repo import Repo

import gan
from gan.run.errors import GanError
from tests.project import commit, sh
from tests.trained import cyclegan, dcgan, saved


@pytest.fixture
def project(workspace: Path) -> Path:
    """A project with a commit, a tag and an experiment that have other checkpoints; the workspace has none of them."""
    sh(workspace, "git", "init", "-q", "-b", "main")
    Repo.init(str(workspace)).close()
    stage = "stages: {train: {cmd: 'true', outs: [data/checkpoints]}}"
    (workspace / "dvc.yaml").write_text(stage)
    for seed, name in enumerate(("first", "slow", "second")):
        folder = workspace / "data" / "checkpoints"
        for model in (dcgan(seed=seed), cyclegan(seed=seed)):
            home = folder / model.meta["model"]
            home.mkdir(parents=True, exist_ok=True)
            saved(model, workspace).rename(home / "best.safetensors")
            (home / "snapshots").mkdir(exist_ok=True)
            saved(model, workspace).rename(home / "snapshots" / f"step-000000{seed}.safetensors")
        with Repo(str(workspace)) as repo:
            repo.commit(force=True)
        commit(workspace, name)
        sh(workspace, "git", "update-ref", {"slow": "refs/exps/ab/cdef/slow"}.get(name, f"refs/tags/{name}"), "HEAD")
    sh(workspace, "git", "reset", "-q", "--hard", "first")
    sh(workspace, "rm", "-r", "data/checkpoints")
    return workspace


def test_a_revision_comes_from_the_cache_or_the_remote_and_the_workspace_stays(project: Path) -> None:
    store = project / ".git" / "store"
    (project / ".dvc" / "config").write_text(f"[core]\nremote = store\n['remote \"store\"']\nurl = {store}\n")
    with Repo(str(project)) as repo:
        repo.push(all_commits=True)
    images = {seed: gan.load(saved(dcgan(seed=seed), project / ".git")).sample(3) for seed in range(3)}
    for name, seed in {"HEAD": 0, "first": 0, "slow": 1, "second": 2, "workspace": 0}.items():
        np.testing.assert_array_equal(gan.load(name, "dcgan").sample(3), images[seed])
    assert gan.load("slow", "cyclegan", "step-0000001").model == "cyclegan"
    for arguments, reason in {
        ("lost",): "lost is no file, no revision and no experiment",
        ("slow",): "slow has checkpoints of cyclegan and dcgan; choose a model, such as cyclegan",
        ("slow", "toy"): r"slow has no data.checkpoints.toy.best\.safetensors; there are none",
        ("slow", "dcgan", "last"): "there are best, step-0000000, step-0000001",
    }.items():
        with pytest.raises(GanError, match=reason):
            gan.load(*arguments)
    sh(project, "rm", "-r", ".dvc/cache")
    np.testing.assert_array_equal(gan.load("first", "dcgan").sample(3), images[0])
    sh(project, "rm", "-r", str(store))
    with pytest.raises(GanError, match="neither in DVC's cache nor in a remote; `dvc push`"):
        gan.load("first", "dcgan")
    assert sh(project, "git", "status", "--short").split() == ["M", ".dvc/config"]
