"""When git or DVC fails, our one-sentence error contains its message."""

import os
import shutil
from pathlib import Path

import pytest

from gan.commands import compare, verify
from gan.commands.rerun import set_aside
from gan.commands.revisions import show
from gan.run.errors import GanError, clean_exit
from gan.run.tools import ToolError, dvc, git
from gan.training.card import _revision
from tests.project import commit, sh

PIPELINE = """
stages:
  make:
    cmd: echo made > out
    outs: [out]
"""


@pytest.fixture
def alone(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder outside of any repository, with git's default config."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(workspace.parent))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("LC_ALL", "C")
    return workspace


def refusals(capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The errors of `compare HEAD` and `verify dcgan`."""
    with pytest.raises(SystemExit), clean_exit():
        compare.run("HEAD", "workspace", "best", set())
    said = capsys.readouterr().err
    with pytest.raises(SystemExit), clean_exit():
        verify.run("dcgan", "HEAD", None, 0.0)
    return {said, capsys.readouterr().err}


def test_no_repository(alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusals(capsys) == {"error: git: not a git repository (or any of the parent directories): .git\n"}
    assert _revision() is None


def test_a_repository_of_somebody_else(
    alone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    git("init", "-q")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git's own switch: a second user is not at hand
    (said,) = refusals(capsys)
    assert said.startswith(f"error: git: detected dubious ownership in repository at '{alone}'")
    assert said.endswith(f"git config --global --add safe.directory {alone}\n")
    assert len(said.splitlines()) == 1
    assert _revision() is None


def test_no_git(alone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(alone))
    assert refusals(capsys) == {"error: git: git is not there; install it, or put it on the path\n"}
    assert _revision() is None


def test_no_commit_yet_and_names_that_are_none(alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git("init", "-q")
    assert refusals(capsys) == {"error: HEAD is no revision and no experiment; `dvc exp list --all` names them\n"}
    assert _revision() is None


def test_an_object_that_is_lost(alone: Path) -> None:
    """A file that git knows but cannot read is not the same as a missing file."""
    git("init", "-q")
    (alone / "a").write_text("text")
    commit(alone, "one")
    assert show("HEAD", "a") == "text"
    assert show("HEAD", "b") == ""
    name = git("rev-parse", "HEAD:a").strip()
    (alone / ".git" / "objects" / name[:2] / name[2:]).unlink()
    with pytest.raises(ToolError, match=r"^git: .*\S"):
        show("HEAD", "a")


def test_dvcs_own_error_and_not_its_offer_of_help(alone: Path) -> None:
    with pytest.raises(ToolError, match=r"^dvc: you are not inside of a DVC repository"):
        dvc("status")
    (alone / "dvc.yaml").write_text(PIPELINE)
    sh(alone, "dvc", "init", "-q", "--no-scm")
    sh(alone, "dvc", "repro", "-q")
    shutil.rmtree(alone / ".dvc" / "cache" / "files")
    (alone / "out").unlink()
    (alone / "dvc.yaml").write_text(PIPELINE.replace("outs", "deps: []\n    outs"))
    with pytest.raises(GanError) as caught:
        set_aside("make", alone / "aside")
    assert str(caught.value) == (
        "make: its data or results are not in DVC's cache (dvc: Checkout failed for following targets: out Is your "
        "cache up to date? <https://error.dvc.org/missing-files>); `dvc pull`, or `dvc repro` at that revision, "
        "brings them"
    )
