"""Commands that read from git work wherever in a repository the project lies."""

from pathlib import Path

import pytest

import gan
from gan.commands import compare, verify
from gan.run.errors import CheckpointError, GanError
from tests.places import KINDS, place, trained_project
from tests.test_compare import kids, scores

SCORES = {"main": scores(0.01), "slow": scores(0.02), "workspace": scores(0.03)}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project") / "gan"
    trained_project(folder)
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_commands_work_wherever_the_project_lies(
    kind: str, project: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place(kind, project, workspace, SCORES))
    compare.run("HEAD", "slow", "best", set())
    assert kids(capfd.readouterr().out) == ["0.01", "0.02"]
    compare.run("HEAD", compare.WORKSPACE, "best", set())
    assert kids(capfd.readouterr().out) == ["0.01", "0.03"]
    verify.run("dcgan", "HEAD", None, 0.0)
    printed = capfd.readouterr().out
    assert "step-0000010: the same bits" in printed
    assert "bit-identical: 3 files" in printed
    notes = [line for line in printed.splitlines() if line.startswith("note:")]
    assert notes == ["note: 3 threads, as recorded; the 1 that torch takes here would give other bits"]
    with pytest.raises(CheckpointError, match=r"data.checkpoints.dcgan.last\.safetensors is damaged"):
        gan.load("slow", "dcgan", "last")  # found, though it is no checkpoint
    with pytest.raises(GanError, match=r"HEAD holds no reports/cyclegan/run\.json"):
        verify.run("cyclegan", "HEAD", None, 0.0)
