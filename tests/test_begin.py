"""A stage hashes its inputs before it imports its code, so that edits in its first seconds are noticed."""

import shutil
import signal
import sys
from pathlib import Path

import pytest

from tests import tiny
from tests.project import at, replacing, sh
from tests.test_signals import SIGNALS, ignoring
from tests.tiny import ROOT

PIPELINE = """
stages:
  nap:
    cmd: python -m stages.nap
    deps: [stages/nap.py, gan/core, code]
    params: [seed, train_dcgan.epochs]
  one-of:
    foreach:
      a: {file: code/a.txt}
      b: {file: code/b.txt}
    do:
      cmd: python -m stages.one_of ${key}
      deps: ["${item.file}"]
"""
NAP = """
from gan.params.schema import load
from gan.run.stage import stage

if __name__ == "__main__":
    with stage("nap", load):
        print("worked")
"""
FIRST = "import gan.params.schema"  # the first import of our code that takes long
LIGHT = {"begin", "dependencies", "errors", "files", "fingerprint", "meeting", "names", "paths", "signals", "threads"}
LIGHT |= {"yaml12"}


@pytest.fixture
def project(workspace: Path) -> Path:
    """A pipeline whose stages take no time, with the real code that surrounds a stage."""
    for folder in ("gan/core", "gan/params", "gan/run"):
        shutil.copytree(ROOT / folder, workspace / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (workspace / "stages").mkdir()
    (workspace / "code").mkdir()
    for name in ("gan/__init__.py", "stages/__init__.py"):
        shutil.copy(ROOT / name, workspace / name)
    (workspace / "stages" / "nap.py").write_text(NAP)
    (workspace / "stages" / "one_of.py").write_text("from gan.run.fingerprint import TAKEN\nprint(list(TAKEN))\n")
    (workspace / "code" / "a.txt").write_text("one")
    (workspace / "dvc.yaml").write_text(PIPELINE)
    tiny.write(workspace / "params.yaml")
    return workspace


def nap(project: Path, variables: dict[str, str] | None = None, status: int = 0) -> str:
    return sh(project, sys.executable, "-m", "stages.nap", status=status, **variables or {})


@pytest.mark.parametrize(
    ("file", "old", "new", "name"),
    [
        ("params.yaml", "seed: 0", "seed: 1", "params.yaml: seed"),
        ("gan/core/images.py", '"""', '"""Edited. ', "gan/core"),
        ("code/a.txt", "one", "two", "code"),
        ("dvc.yaml", "seed, ", "", "params.yaml: seed"),
    ],
)
def test_an_edit_while_code_is_imported_is_refused(project: Path, file: str, old: str, new: str, name: str) -> None:
    output = nap(project, at(FIRST, replacing(file, old, new)), status=1)
    assert output.startswith(f"error: nap: changed while it ran: {name}. Nothing is recorded")
    assert len(output.splitlines()) == 1
    assert "worked" in nap(project)


def test_another_params_file_that_comes_while_code_is_imported_is_refused(project: Path) -> None:
    """An editor writes a new file, then renames it."""
    tiny.write(project / "other.yaml", seed=7)
    action = "import os\nif os.path.exists('other.yaml'): os.replace('other.yaml', 'params.yaml')"
    assert "changed while it ran: params.yaml: seed." in nap(project, at(FIRST, action), status=1)


def test_little_is_imported_before(project: Path) -> None:
    """What is loaded when the first dep is read."""
    action = "import sys; open('loaded', 'w').write(' '.join(sys.modules))"
    nap(project, at("open code/a.txt", f"import os\nif not os.path.exists('loaded'): {action}"))
    loaded = set((project / "loaded").read_text().split())
    assert {name for name in loaded if name.startswith(("gan.", "stages."))} == {
        "gan.run",
        *(f"gan.run.{name}" for name in LIGHT),
    }
    assert not loaded & {"numpy", "pandas", "pydantic", "torch"}


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("params.yaml", None, "error: params.yaml is missing; run from the folder that holds it\n"),
        ("params.yaml", "lr: [1", "error: params.yaml is not valid YAML: "),
        ("params.yaml", "\udcff", "error: params.yaml is not valid YAML: "),
        ("params.yaml", "5", "error: params.yaml: "),
        ("params.yaml", "seed: 0\n1: 2", "error: params.yaml: train_cyclegan is missing; "),
        ("dvc.yaml", None, "error: dvc.yaml is missing; run from the folder that holds it\n"),
        ("dvc.yaml", "stages: [", "error: dvc.yaml is not valid YAML: "),
        ("dvc.yaml", "vars: []", "error: dvc.yaml lists no stages; "),
        ("dvc.yaml", "stages: {}", "error: dvc.yaml has no stage nap; "),
        ("dvc.yaml", "stages: {nap: {}}", "error: dvc.yaml: nap has no cmd; "),
        ("dvc.yaml", "stages: {nap: 3}", "error: dvc.yaml lists no stages; "),
        ("dvc.yaml", "stages: {nap: {cmd: x, params: [sede]}}", "error: params.yaml: sede is missing"),
    ],
)
def test_files_that_cannot_be_read_are_one_line(project: Path, file: str, text: str | None, line: str) -> None:
    if text is None:
        (project / file).unlink()
    else:
        (project / file).write_bytes(text.encode(errors="surrogateescape"))
    output = nap(project, status=1)
    assert output.startswith(line)
    assert len(output.splitlines()) == 1


def test_a_stage_of_several_is_named_by_its_argument(project: Path) -> None:
    command = [sys.executable, "-m", "stages.one_of"]
    assert sh(project, *command, "b") == "['one-of@b']\n"
    assert sh(project, sys.executable, "-Bmstages.one_of", "a") == "['one-of@a']\n"
    for arguments in ([], ["c"]):
        output = sh(project, *command, *arguments, status=1)
        assert output == "error: `python -m stages.one_of` needs the name of a model: a or b\n"
    output = sh(project, *command, "b", "more", status=1)
    assert output.startswith("error: one-of@b has other arguments in dvc.yaml; run `dvc repro one-of@b`, or `python")


@pytest.mark.parametrize("start", [["-c", "import stages.nap"], ["other.py"], ["-m", "other"], ["-m", "stages"]])
def test_whoever_else_imports_stages_takes_none(project: Path, start: list[str]) -> None:
    (project / "other.py").write_text("import stages.nap, gan.run.fingerprint as f; assert not f.TAKEN; print('fine')")
    (project / "stages" / "__main__.py").write_text("import other")
    (project / "dvc.yaml").unlink()
    assert sh(project, sys.executable, *start) in ("fine\n", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("_heard")
def test_a_signal_while_code_is_imported_is_one_line(project: Path, number: signal.Signals) -> None:
    action = f"import os; os.kill(os.getpid(), {int(number)})"
    output = nap(project, at(FIRST, action), status=-signal.SIGINT)
    assert output == "error: interrupted before it began\n"


@pytest.mark.parametrize("number", SIGNALS)
def test_an_ignored_signal_while_code_is_imported_stays_ignored(project: Path, number: signal.Signals) -> None:
    variables = at(FIRST, f"import os; os.kill(os.getpid(), {int(number)})")
    command = ["env", *(f"{name}={value}" for name, value in variables.items()), sys.executable, "-m", "stages.nap"]
    assert ignoring(project, [number], *command) == "worked\n"
