"""Repeat a recorded training in a temporary clone. All functions but `clone` run in the clone's project."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch

from gan.core.runtime import choose_runtime
from gan.params.schema import load
from gan.run.errors import GanError
from gan.run.fingerprint import entry, fingerprint
from gan.run.paths import PARAMS
from gan.run.recorded import dvc_hash
from gan.run.tools import ToolError, dvc, git
from gan.training.environment import differences, environment


def clone(commit: str, folder: Path) -> Path:
    """Clone the repository of the current folder at a commit; the clone shares git's objects and DVC's cache.

    Returns:
        The folder in the clone that corresponds to the current folder.

    Raises:
        ToolError: git or DVC failed.
    """
    top, inside = git("rev-parse", "--show-toplevel", "--show-prefix").split("\n")[:2]
    git("clone", "--quiet", "--shared", "--no-checkout", top, str(folder))
    git("checkout", "--quiet", "--detach", commit, at=folder)
    project, cache = folder / inside, folder.with_name("cache")
    cache.symlink_to(dvc("cache", "dir").strip())  # a name in ASCII: DVC writes no other letters into its config
    dvc("cache", "dir", "--local", os.path.relpath(cache, project), at=project)
    return project


def set_aside(stage: str, folder: Path) -> list[Path]:
    """Check out the stage's data and recorded results from the cache, and move the results into `folder`.

    Returns:
        The recorded files, relative to that folder.

    Raises:
        GanError: they are not in the cache.
    """
    described = entry(stage)
    data = [dep for dep in described["deps"] if not Path(dep).exists()]
    try:
        dvc("checkout", *data, *described["outs"])
    except ToolError as error:
        raise GanError(
            f"{stage}: its data or results are not in DVC's cache ({error}); "
            "`dvc pull`, or `dvc repro` at that revision, brings them"
        ) from error
    for out in described["outs"]:
        (folder / out).parent.mkdir(parents=True, exist_ok=True)
        Path(out).rename(folder / out)
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def notes(card: dict[str, Any], recorded: Path) -> list[str]:
    """A sentence for each difference between this clone and the run card.

    It also gives this clone the card's device, precision, and numbers of threads and of ranks.
    """
    found = []
    if dvc_hash(recorded / card["checkpoint"]["path"]) != card["checkpoint"]["md5"]:
        found.append("the card is of another run than the recorded files, which came from DVC's run cache")
    now = fingerprint(card["stage"])
    if changed := [name for name in now if now[name] != card["inputs"].get(name)]:
        found.append(f"the card was made from other inputs: {', '.join(changed)}")
    if len(card["environments"]) > 1:
        found.append("the run was resumed in another environment; the last one is taken for all of it")
    wanted = card["environments"][-1]
    if (here := torch.get_num_threads()) != wanted["threads"]:
        found.append(
            f"{wanted['threads']} threads, as recorded; the {here} that torch takes here would give other bits"
        )
    return found + [f"environment: {one}" for one in _as_recorded(wanted, card["determinism"])]


def _as_recorded(wanted: dict[str, Any], determinism: str) -> list[str]:
    """Set the device and precision in this clone's params.yaml to the card's; returns what still differs."""
    accelerator = "cuda" if "cuda" in wanted and torch.cuda.is_available() else "cpu"
    text = PARAMS.read_text()
    ranks = {"devices": wanted.get("ranks", 1), "num_nodes": 1}  # on this machine, wherever they were
    for name, value in ({"accelerator": accelerator, "precision": wanted["precision"]} | ranks).items():
        text = re.sub(rf"^{name}: \w+", f"{name}: {value}", text, flags=re.MULTILINE)
    PARAMS.write_text(text)
    torch.set_num_threads(wanted["threads"])
    params = load()
    here = environment(choose_runtime(params.accelerator, params.precision, determinism))
    return differences(wanted, here | {"ranks": params.devices})


def begin(card: dict[str, Any]) -> "subprocess.Popen[bytes]":
    """Start the stage's command, with as many threads as recorded and with its state in this clone."""
    threads = str(card["environments"][-1]["threads"])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DVC_")}
    variables = kept | {"DVC_ROOT": str(Path.cwd()), "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
    _, *arguments = shlex.split(entry(card["stage"])["cmd"])
    return subprocess.Popen([sys.executable, *arguments], env=variables)
