"""The house: a room imports only from rooms below it, and a stage only what its deps in dvc.yaml list.

A dep that is missing there means a stage that DVC does not rerun when its code changes.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gan.core.yaml12 import read_yaml
from tests.tiny import ROOT

# Rooms side by side on a floor do not import each other.
FLOORS = [{"core"}, {"data", "datasets", "report"}, {"metrics"}, {"training"}, {"dcgan", "cyclegan"}, {"commands"}]
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
FILES = sorted(
    path.relative_to(ROOT).as_posix() for folder in ("gan", "stages") for path in (ROOT / folder).rglob("*.py")
)


def imported(file: str) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / file).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("file", FILES)
def test_a_room_imports_from_below(file: str) -> None:
    names = list(imported(file))
    assert not [name for name in names if name.split(".")[0] == "stages"], "stages are imported by nobody"
    if file.count("/") > 1:
        room = file.split("/")[1]
        rooms = {name.split(".")[1] for name in names if name.startswith("gan.")}
        assert not [one for one in rooms - {room} if LEVEL[one] >= LEVEL[room]]


Pipeline = dict[str, tuple[str, list[str], list[str]]]


def pipeline(root: Path = ROOT) -> Pipeline:
    """Name → command, deps and outs, `foreach` unrolled by DVC's own parser."""
    from dvc.repo import Repo

    with Repo(str(root)) as repo:
        return {
            stage.name: (stage.cmd, *([str(one.def_path) for one in part] for part in (stage.deps, stage.outs)))
            for stage in repo.index.stages
        }


PROBE = """
import importlib, json, sys
module = importlib.import_module(sys.argv[1])
for name in ("sampler", "drawer"):
    if hasattr(module, name):
        getattr(module, name)(sys.argv[2])
ours = [module for name, module in sys.modules.items() if name.split(".")[0] in ("gan", "stages")]
print(json.dumps([module.__file__ for module in ours if module.__file__]))
"""


@pytest.fixture(scope="module")
def listed() -> Pipeline:
    return pipeline()


@pytest.mark.parametrize(
    "stage",
    ["train-dcgan", "train-cyclegan", "report"]
    + [
        f"{name}@{model}"
        for name in ("prepare-data", "reference", "select", "sample", "evaluate")
        for model in ("dcgan", "cyclegan")
    ],
)
def test_deps_cover_what_a_stage_imports(stage: str, listed: Pipeline) -> None:
    command, deps, _ = listed[stage]
    module, *arguments = command.removeprefix("python -m ").split()
    probe = [sys.executable, "-c", PROBE, module, *arguments]
    loaded = subprocess.run(probe, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    files = [Path(file).relative_to(ROOT) for file in json.loads(loaded)]
    # An empty __init__.py decides nothing, and that of stages only refuses to start.
    sources = [file for file in files if (ROOT / file).stat().st_size and file != Path("stages/__init__.py")]
    assert len(sources) > 3
    uncovered = [file for file in sources if not any(file.is_relative_to(dep) for dep in deps)]
    assert not uncovered, f"{stage} imports {uncovered}: list them under its deps in dvc.yaml"


def test_every_stage_is_probed(listed: Pipeline) -> None:
    names = {name.split("@")[0] for name in listed}
    assert names == set(read_yaml((ROOT / "dvc.yaml").read_text())["stages"])
    assert len(listed) == 13


def test_a_new_metric_trains_nothing(listed: Pipeline) -> None:
    for name in ("train-dcgan", "train-cyclegan"):
        assert not [dep for dep in listed[name][1] if dep.startswith("gan/metrics")]
