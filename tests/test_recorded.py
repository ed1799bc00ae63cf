"""What DVC will record of a stage, compared with real DVC, and where records are searched."""

import os
from pathlib import Path

import pytest
import yaml

from gan.run.fingerprint import fingerprint
from gan.run.recorded import Record, dvc_hash, is_cached, is_recorded, record
from gan.run.yaml12 import read_yaml
from tests.project import commit, sh

PIPELINE = """
stages:
  make:
    foreach:
      a: {names: {first: one}}
    do:
      cmd: python make.py ${key}
      deps: [make.py, code]
      params: [seed, block.rate, block.list, merged]
      outs: [out.bin, folder]
      metrics:
      - made/${item.names.first}.json:
          cache: false
      plots: [plot.csv]
"""
PARAMS = """
seed: 0
block: &block
  rate: 2e-5
  list: [1, 2.5, x, null]
merged:
  <<: *block
  rate: 0.1
other: 1
"""
MAKE = """
from pathlib import Path
for name in ("out.bin", "folder/b", "folder/a/ä b.txt", "folder/a-b", "made/one.json", "plot.csv"):
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(f"line of {name}\\r\\n")
Path("folder/__pycache__").mkdir()
Path("folder/__pycache__/x.pyc").write_text("compiled")
Path("folder/empty").mkdir()
"""


@pytest.fixture
def project(workspace: Path) -> Path:
    """A git repository with a stage that real DVC can run, and that lists every kind of dep, param and out."""
    (workspace / "dvc.yaml").write_text(PIPELINE)
    (workspace / "params.yaml").write_text(PARAMS)
    (workspace / "make.py").write_text(MAKE)
    (workspace / "code" / "__pycache__").mkdir(parents=True)
    (workspace / "code" / "x.py").write_text("pass\n")
    (workspace / "code" / "__pycache__" / "x.pyc").write_bytes(b"1")
    (workspace / ".dvcignore").write_text("# comment\n__pycache__\n*.swp\n")
    sh(workspace, "git", "init", "-q", "-b", "main")
    commit(workspace, "start")
    return workspace


@pytest.fixture
def made(project: Path) -> Record:
    """The record of the stage after its outputs were made without DVC."""
    sh(project, "python", "make.py", "a")
    return record("make@a")


def lock(wanted: Record) -> str:
    """A dvc.lock that holds this record."""
    parts = {part: [{"path": path, "md5": md5} for path, md5 in wanted[part].items()] for part in ("deps", "outs")}
    stage = {"cmd": wanted["cmd"], **parts, "params": {"params.yaml": wanted["params"]}}
    return yaml.safe_dump({"schema": "2.0", "stages": {"make@a": stage}})


def test_it_is_what_dvc_writes_and_caches(project: Path) -> None:
    sh(project, "dvc", "init", "-q")
    (project / "code" / ".x.py.swp").write_text("an editor's")
    (project / ".dvcignore").write_text("__pycache__\n*.swp\n")
    sh(project, "dvc", "repro", "-q")
    wanted = record("make@a")
    written = read_yaml((project / "dvc.lock").read_text())["stages"]["make@a"]
    assert wanted["outs"] == {out["path"]: out["md5"] for out in written["outs"]}
    assert wanted["deps"] == {dep["path"]: dep["md5"] for dep in written["deps"]}
    assert wanted["params"] == written["params"]["params.yaml"]
    assert is_recorded("make@a", wanted)
    assert is_cached("make@a", wanted)  # but for made/one.json, which git keeps
    folder = wanted["outs"]["folder"]
    (project / ".dvc" / "cache" / "files" / "md5" / folder[:2] / folder[2:]).unlink()
    assert not is_cached("make@a", wanted)


def test_a_link_into_the_cache_is_not_read(project: Path) -> None:
    """Its name there is its hash, which the content of this one is not, unless it may be written."""
    kept = project / ".dvc" / "cache" / "files" / "md5" / "ab" / ("c" * 30)
    kept.parent.mkdir(parents=True)
    kept.write_text("not read")
    kept.chmod(0o444)
    (project / "out.bin").symlink_to(kept)
    (project / "code" / "x.py").unlink()
    (project / "code" / "x.py").symlink_to(kept)
    trusted = fingerprint("make@a")
    assert dvc_hash(project / "out.bin") == "ab" + "c" * 30
    kept.chmod(0o644)
    assert dvc_hash(project / "out.bin") == "098d253b74b1ae64ab00a7ed00b9cf8c"
    read = fingerprint("make@a")
    assert {name for name, value in read.items() if value != trusted[name]} == {"code"}

    (project / "code" / "x.py").unlink()
    (project / "code" / "x.py").write_text("not read")
    assert fingerprint("make@a") == read  # so a run goes on after `dvc checkout --relink`


def test_without_dvc_nothing_is_cached(made: Record) -> None:
    assert not is_cached("make@a", made)


@pytest.mark.parametrize("change", ["code/x.py", "folder/b", "params.yaml", "dvc.yaml"])
def test_all_of_it_must_be_equal(project: Path, made: Record, change: str) -> None:
    """Other code that makes the same bytes is another run, and its result may not be in the cache."""
    (project / "dvc.lock").write_text(lock(made))
    assert is_recorded("make@a", record("make@a"))
    text = (project / change).read_text()
    (project / change).write_text(text.replace("seed: 0", "seed: 1").replace("python", "python -B") + "#\n")
    assert record("make@a") != made
    assert not is_recorded("make@a", record("make@a"))
    assert not is_recorded("other", made)


@pytest.mark.parametrize("text", ["", "stages:", "stages: {make@a: 5}", "<<<<<<< HEAD\nstages:\n"])
def test_a_broken_lock_records_nothing(project: Path, made: Record, text: str) -> None:
    hashes = "# " + " ".join([*made["outs"].values(), *made["deps"].values()])
    (project / "dvc.lock").write_text(f"{hashes}\n{text}")
    assert not is_recorded("make@a", made)


def test_an_output_that_is_missing_is_not_recorded(project: Path, made: Record) -> None:
    (project / "out.bin").unlink()
    assert record("make@a")["outs"]["out.bin"] is None
    assert dvc_hash(project / "out.bin") is None
    assert not is_recorded("make@a", record("make@a"))


@pytest.mark.parametrize("ref", ["refs/exps/ab/cdef/name", "refs/heads/other"])
@pytest.mark.parametrize("inside", [".", "sub"])
def test_experiments_and_branches_are_looked_through(project: Path, made: Record, ref: str, inside: str) -> None:
    """Also if the project lies in a subfolder of the repository."""
    place = project / inside
    place.mkdir(exist_ok=True)
    (place / "dvc.lock").write_text(lock(made))
    commit(project, "an experiment")
    sh(project, "git", "update-ref", ref, "HEAD")
    sh(project, "git", "reset", "-q", "--hard", "HEAD~1")
    place.mkdir(exist_ok=True)
    os.chdir(place)
    assert is_recorded("make@a", made)
    sh(project, "git", "update-ref", "-d", ref)
    assert not is_recorded("make@a", made)


def test_a_copy_of_the_project_looks_in_the_main_one_too(
    project: Path, made: Record, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`dvc exp run --temp` and the queue run in another folder, and DVC_ROOT names the main repository."""
    monkeypatch.setenv("DVC_ROOT", str(project))
    monkeypatch.chdir(tmp_path_factory.mktemp("temp"))
    assert not is_recorded("make@a", made)
    Path("dvc.lock").write_text(lock(made))
    assert is_recorded("make@a", made)
    Path("dvc.lock").replace(project / "dvc.lock")
    assert is_recorded("make@a", made)
