"""A trained project at each place in a repository: at its root, in a subfolder, a worktree or a submodule.

Its stage takes no time; everything else that `python -m gan compare` and `verify` use is real. Its path has spaces and
letters beyond ASCII.
"""

import json
import shutil
from contextlib import chdir
from pathlib import Path

import pandas as pd

from gan.core.runtime import choose_runtime
from gan.run.fingerprint import fingerprint
from gan.run.recorded import dvc_hash
from gan.training.environment import environment
from tests import tiny
from tests.project import commit, sh

KINDS = ("root", "subfolder", "worktree", "submodule")
NAME = "größe & maß ✓"
THREADS = 3  # the number of threads in its run card
PIPELINE = """
stages:
  train-dcgan:
    cmd: python -m stages.train_dcgan data/packed/images
    deps: [stages/train_dcgan.py]
    params: [seed]
    outs: [data/checkpoints/dcgan]
"""
STAGE = """
from pathlib import Path
for name in ("last.safetensors", "snapshots/step-0000010.safetensors", "losses.csv"):
    path = Path("data/checkpoints/dcgan") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("step,loss\\n10,0.5\\n")
"""


def trained_project(folder: Path) -> None:
    """Write the files of a project after `dvc repro`, without a git repository."""
    files = {"dvc.yaml": PIPELINE, "stages/__init__.py": "", "stages/train_dcgan.py": STAGE, ".gitignore": "/data\n"}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    tiny.write(folder / "params.yaml")
    sh(folder, "dvc", "init", "-q", "--no-scm")
    sh(folder, "dvc", "repro", "-q")
    for name, text in {"config": "", ".gitignore": "/config.local\n/tmp\n/cache\n"}.items():  # as DVC does with git
        (folder / ".dvc" / name).write_text(text)
    with chdir(folder):
        last = Path("data/checkpoints/dcgan/last.safetensors")
        card = {
            "stage": "train-dcgan",
            "seed": 0,
            "determinism": "exact",
            "environments": [environment(choose_runtime("cpu", "fp32", "exact")) | {"threads": THREADS}],
            "inputs": fingerprint("train-dcgan"),
            "checkpoint": {"path": str(last), "md5": dvc_hash(last)},
        }
    (folder / "reports" / "dcgan").mkdir(parents=True)
    (folder / "reports" / "dcgan" / "run.json").write_text(json.dumps(card))


def place(kind: str, project: Path, folder: Path, scores: dict[str, pd.DataFrame]) -> Path:
    """Put a copy of a project into a repository, with `scores` at main, in the experiment `slow` and in the workspace.

    Returns:
        The project's folder.
    """
    folder = folder / NAME
    home = folder / "repository"
    inside = "models/our gan ä" if kind == "subfolder" else "."
    shutil.copytree(project, home / inside)
    sh(home, "git", "init", "-q", "-b", "main")
    _write(home / inside, scores["main"])
    commit(home, "main")
    _write(home / inside, scores["slow"])
    commit(home, "slow")
    sh(home, "git", "update-ref", "refs/exps/ab/cdef/slow", "HEAD")
    sh(home, "git", "reset", "-q", "--hard", "HEAD~1")
    if kind == "worktree":
        sh(home, "git", "worktree", "add", "-q", "-b", "other", str(folder / "a tree"))
        shutil.copytree(home / ".dvc" / "cache", folder / "a tree" / ".dvc" / "cache")
        home = folder / "a tree"
    if kind == "submodule":
        above = folder / "above"
        above.mkdir()
        sh(above, "git", "init", "-q", "-b", "main")
        sh(above, "git", "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(home), "our gan")
        commit(above, "above")
        sh(above / "our gan", "git", "fetch", "-q", str(home), "refs/exps/*:refs/exps/*")
        shutil.copytree(home / ".dvc" / "cache", above / "our gan" / ".dvc" / "cache")
        home = above / "our gan"
    _write(home / inside, scores["workspace"])
    return home / inside


def _write(project: Path, scores: pd.DataFrame) -> None:
    scores.to_csv(project / "reports" / "dcgan" / "fid.csv", index=False)
