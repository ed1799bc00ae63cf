"""A layer imports only from layers below it, and a stage only what its deps in dvc.yaml list.

If a dep is missing there, DVC does not rerun the stage when this code changes.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gan.run.yaml12 import read_yaml
from tests.tiny import ROOT

# Folders of the same layer do not import each other.
LAYERS = [
    {"run"},
    {"params"},
    {"core"},
    {"records"},
    {"loading", "artifacts", "features", "report"},
    {"datasets", "training", "distances", "sampling"},
    {"metrics", "dcgan", "cyclegan"},
    {"use"},
    {"commands"},
]
UPWARD = {("gan/training/start.py", "use")}  # when a training starts from another's weights, which it looks up there
LEVEL = {folder: level for level, folders in enumerate(LAYERS) for folder in folders}
NO_DEPS = ("gan/run", "gan/params")  # they cannot change a result
DECIDE_NOTHING = (Path("stages/__init__.py"), Path("gan/__init__.py"))
HIDDEN = ("use.py", "public.py")  # what a model does for those who use it
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
def test_a_folder_imports_from_below(file: str) -> None:
    names = list(imported(file))
    assert not [name for name in names if name.split(".")[0] == "stages"], "stages are imported by nobody"
    if file.count("/") > 1:
        folder = file.split("/")[1]
        folders = {name.split(".")[1] for name in names if name.startswith("gan.")}
        above = {(file, one) for one in folders - {folder} if LEVEL[one] >= LEVEL[folder]}
        assert above <= UPWARD


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
if hasattr(module, "model_of"):
    importlib.import_module(f"gan.{sys.argv[2]}.model")
ours = [module for name, module in sys.modules.items() if name.split(".")[0] in ("gan", "stages")]
heavy = [name for name in ("torch", "torchvision", "matplotlib", "pandas", "scipy.stats") if name in sys.modules]
print(json.dumps([heavy, [module.__file__ for module in ours if module.__file__]]))
"""
# Packages that take a second or more to import, by the stages that use them.
HEAVY = {
    "prepare-data": [],
    "reference": ["torch"],
    "train-dcgan": ["torch", "pandas"],
    "train-cyclegan": ["torch", "pandas"],
    "select": ["torch", "pandas"],
    "sample": ["torch"],
    "evaluate": ["torch", "pandas"],
    "report": ["matplotlib", "pandas"],
}


@pytest.fixture(scope="module")
def listed() -> Pipeline:
    return pipeline()


def names() -> Iterator[str]:
    """The stages of dvc.yaml, `foreach` unrolled."""
    for name, entry in read_yaml((ROOT / "dvc.yaml").read_text())["stages"].items():
        yield from (f"{name}@{key}" for key in entry["foreach"]) if "foreach" in entry else (name,)


@pytest.mark.parametrize("stage", names())
def test_deps_cover_what_a_stage_imports(stage: str, listed: Pipeline) -> None:
    command, deps, _ = listed[stage]
    module, *arguments = command.removeprefix("python -m ").split()
    probe = [sys.executable, "-c", PROBE, module, *arguments]
    loaded = subprocess.run(probe, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    heavy, paths = json.loads(loaded)
    files = [Path(file).relative_to(ROOT) for file in paths]
    # An empty __init__.py cannot change a result; that of stages can only refuse to start, and that of gan only loads
    # what was trained, when it is asked to.
    decide = [file for file in files if not file.is_relative_to(NO_DEPS[0]) and not file.is_relative_to(NO_DEPS[1])]
    sources = [file for file in decide if (ROOT / file).stat().st_size and file not in DECIDE_NOTHING]
    assert len(files) > 3
    hidden = [file for file in sources if file.name in HIDDEN]
    assert not hidden, f"{stage} imports {hidden}, which .dvcignore hides from DVC"
    uncovered = [file for file in sources if not any(file.is_relative_to(dep) for dep in deps)]
    assert not uncovered, f"{stage} imports {uncovered}: list them under its deps in dvc.yaml"
    assert heavy == HEAVY[stage.partition("@")[0]], "a stage waits for no package that it does not use"


STEPS = """
import sys
import numpy as np
from gan.core.runtime import choose_runtime
from tests import tiny
from tests.recipes import small_cyclegan, small_dcgan
runtime = choose_runtime("cpu", "fp32", "exact")
digits = np.zeros((32, 32, 32, 1), np.uint8)
for recipe in (small_dcgan(tiny.params(), digits, runtime), small_cyclegan(tiny.params(), runtime)):
    recipe.step(0)
    for part in recipe.parts().values():
        part.load_state_dict(part.state_dict())
print("torch._dynamo" in sys.modules)
"""


def test_no_training_waits_for_the_compiler() -> None:
    """PyTorch imports it, for 2 s, when its own optimisers are made, or deterministic algorithms are asked for."""
    done = subprocess.run([sys.executable, "-c", STEPS], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("command", ["compare", "leaderboard", "study"])
def test_a_command_that_reads_tables_waits_for_no_torch(command: str) -> None:
    code = f"import sys, gan.commands.{command}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"


def test_every_stage_is_probed(listed: Pipeline) -> None:
    assert {*names()} == {*listed}
    assert {name.partition("@")[0] for name in listed} == {*HEAVY}


def test_the_pictures_of_the_report_are_its_deps(listed: Pipeline) -> None:
    command, deps, _ = listed["report"]
    named = [argument.split(":") for argument in command.split()[3:]]
    drawn = {(model, name) for model, *_, names in named for name in (*names.split(","), "neighbours")}
    assert {f"reports/samples/{model}_{name}.png" for model, name in drawn} == {d for d in deps if d.endswith(".png")}
    assert {data for _, _, data, _ in named} == {dep for dep in deps if dep.startswith("data/packed/")}


def test_deps_are_folders_but_for_the_script(listed: Pipeline) -> None:
    for name, (_, deps, _) in listed.items():
        code = [dep for dep in deps if dep.endswith(".py")]
        assert code == [f"stages/{name.split('@')[0].replace('-', '_')}.py"]
