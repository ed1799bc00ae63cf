"""The card of an export: where a model comes from, and only what its project vouches for."""

import json
from pathlib import Path
from typing import Any

import pytest
from dvc.repo import Repo

from gan.run.recorded import dvc_hash
from gan.run.yaml12 import read_yaml
from gan.use.origin import Lock
from tests import results
from tests.project import commit, sh
from tests.test_export import export
from tests.trained import cyclegan, dcgan, saved

BEST = Path("data/checkpoints/dcgan/best.safetensors")


def front(folder: str) -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(Path(folder, "README.md").read_text().split("---\n")[1])
    return found


def test_of_a_lone_file_the_card_says_unknown(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(monkeypatch, saved(cyclegan(), workspace), "--to", "onnx", "--direction", "b2a", "--out", "maps")
    assert sorted(one.name for one in Path("maps").iterdir()) == ["README.md", "b2a.onnx", "example.py"]
    about = front("maps")
    assert (about["license"], about["library_name"], about["pipeline_tag"]) == ("unknown", "onnx", "image-to-image")
    assert about["data"] == {"source": "unknown", "licence": "unknown"}
    assert (about["made"]["commit"], about["made"]["step"]) == ("unknown", 3)
    assert "model-index" not in about
    text = Path("maps/README.md").read_text()
    assert "Unknown: no scores of these weights are recorded in a file of its own." in text
    assert Path("maps/example.py").read_text() in text


@pytest.fixture
def project(workspace: Path) -> Path:
    """A commit with results made by hand, in a pipeline that DVC recorded."""
    results.results("dcgan")
    saved(dcgan(), workspace).rename(BEST)
    saved(dcgan(seed=1), workspace).rename("data/checkpoints/dcgan/last.safetensors")
    reports, made = Path("reports/dcgan"), Path("data/checkpoints/dcgan")
    (reports / "data.json").write_text(json.dumps(results.CARD))
    run: dict[str, Any] = {"seed": 7, "revision": "c0ffee", "environments": [{"device": "a CPU"}]}
    (reports / "run.json").write_text(json.dumps(run | {"checkpoint": {"md5": dvc_hash(made / "last.safetensors")}}))
    Path("params.yaml").write_text("seed: 7\nlr: 0.5\n")
    uncached = "outs: [{{{}: {{cache: false}}}}]"
    Path("dvc.yaml").write_text(f"""
stages:
  prepare: {{cmd: 'true', outs: [data/packed/dcgan, {{reports/dcgan/data.json: {{cache: false}}}}]}}
  train: {{cmd: 'true', deps: [data/packed/dcgan], params: [seed, lr], outs: [{made}/last.safetensors]}}
  select: {{cmd: 'true', deps: [{made}/last.safetensors], outs: [{made}/best.safetensors]}}
  evaluate: {{cmd: 'true', deps: [{made}/best.safetensors], {uncached.format("reports/dcgan/fid.csv")}}}
""")
    sh(workspace, "git", "init", "-q", "-b", "main")
    Repo.init(str(workspace)).close()
    recorded()
    commit(workspace, "results")
    return workspace


def recorded(*stages: str) -> None:
    with Repo() as repo:
        for stage in stages or (None,):
            repo.commit(stage, force=True)


def test_of_a_commit_the_card_tells_what_the_lock_vouches_for(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(monkeypatch, "HEAD", "--to", "safetensors", "--out", "whole")
    about, text = front("whole"), Path("whole/README.md").read_text()
    assert about["data"] == {"source": "folder", "licence": "mine"}
    assert (about["made"]["commit"], about["made"]["seed"]) == ("c0ffee", 7)
    metrics = about["model-index"][0]["results"][0]["metrics"]
    assert {one["type"]: one["value"] for one in metrics} == {"kid": 0.0124, "fid": 13.0, "precision": 0.631}
    for told in ("lr: 0.5", "| best | 40 | 12.4 ± 0.7 | 13.0 ± 0.3 |", "extractor_sha256 | 579344248a93", "a CPU"):
        assert told in text
    assert "| last |" not in text
    assert f"| checkpoint | dcgan, from commit {sh(project, 'git', 'rev-parse', 'HEAD').strip()} |" in text

    saved(dcgan(seed=2), project).replace(BEST)  # as `dvc repro select` does
    recorded("select")
    export(monkeypatch, "--to", "safetensors", "--out", "newer")
    assert front("newer")["made"]["seed"] == 7
    assert "model-index" not in front("newer"), "the scores are of the weights before"

    saved(dcgan(seed=3), project).replace(BEST)  # by hand
    export(monkeypatch, "--to", "safetensors", "--out", "edited")
    assert front("edited")["made"]["seed"] == "unknown"
    export(monkeypatch, "HEAD", "--to", "safetensors", "--out", "again")
    assert front("again") == about
    sh(project, "git", "checkout", "-q", "HEAD", "dvc.lock")
    with Repo() as repo:
        repo.checkout(force=True)
    assert Lock(Path("dvc.lock").read_text()).vouches(BEST, BEST.read_bytes())
    Path("data/packed/dcgan/more").write_text("")  # as `dvc repro prepare` does
    recorded("prepare")
    assert not Lock(Path("dvc.lock").read_text()).vouches(BEST, BEST.read_bytes()), "it was trained on other data"
    assert Lock("<<<<<<< ours").vouches(Path("reports/dcgan/fid.csv"), b"") is False
