"""What lies around the work: batches from disk, and DVC's own time when nothing changed."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml

from benchmarks.speed.turns import rates
from gan.core.runtime import Runtime
from gan.core.tensors import to_float
from gan.loading.packed import load_images
from gan.run.fingerprint import entry_of, stages
from gan.run.paths import PARAMS, PIPELINE
from gan.run.recorded import outs
from gan.training.batches import Batches

BATCH = 64
CPU = Runtime(torch.device("cpu"), "fp32")
COUNTS = (5_000, 500_000)


def batches(turns: int) -> list[dict[str, Any]]:
    """Shuffled batches of 32×32 images in colour as float tensors, from packed arrays of two lengths."""
    rows = []
    some = np.random.default_rng(0).integers(0, 256, (COUNTS[0], 32, 32, 3), np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        for count in COUNTS:
            path = Path(folder) / "train.npy"
            made = np.lib.format.open_memmap(path, "w+", np.uint8, (count, 32, 32, 3))
            for first in range(0, count, len(some)):
                made[first : first + len(some)] = some
            del made
            read = Batches(load_images(Path(folder), "train"), BATCH, (0,), CPU)
            steps = iter(range(10**9))

            def one(read: Batches = read, steps: Any = steps) -> object:
                return to_float(read.at(next(steps)))

            found = rates({"ours": one}, turns)
            rows.append({"work": f"batches of {count:,} images", "unit": "images/s", "ours": found["ours"] * BATCH})
    return rows


def nothing_to_do(turns: int) -> dict[str, Any]:
    """`dvc repro` of this project when nothing changed, beside the same stages with a byte in each file."""
    command = [sys.executable, "-m", "dvc", "repro", "-q"]
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder)
        for once in (["git", "init", "-q"], [sys.executable, "-m", "dvc", "init", "-q"]):
            subprocess.run(once, cwd=empty, check=True)
        _hollow(empty)
        ways = {"ours": Path(), "plain": empty}
        for place in ways.values():
            subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL)
        calls = {name: _call(command, place) for name, place in ways.items()}
        found = rates(calls, turns)
    return {"work": "dvc repro, nothing changed", "unit": "1/s", **found, "ratio": found["ours"] / found["plain"]}


def _hollow(place: Path) -> None:
    """Write the stages of dvc.yaml with all their params, deps and outs, as empty files that `touch` makes."""
    pipeline = stages()
    names = [f"{name}@{key}" if key else name for name, one in pipeline.items() for key in one.get("foreach", [""])]
    entries = {name.replace("@", "-"): entry_of(pipeline, name) for name in names}
    paths = {path for one in entries.values() for path in [*one.get("deps", []), *outs(one)]}
    files = {path for path in paths if not any(other.startswith(f"{path}/") for other in paths)}
    for one in entries.values():
        made = [file for file in sorted(files) if any(f"{file}/".startswith(f"{out}/") for out in outs(one))]
        files -= set(made)
        one["cmd"] = _touch(made)
    subprocess.run(["sh", "-c", _touch(sorted(files))], cwd=place, check=True)
    for params in (PARAMS, *sorted(Path("reports").glob("*/run.json"))):
        (place / params).parent.mkdir(parents=True, exist_ok=True)
        (place / params).write_bytes(Path(params).read_bytes())
    (place / PIPELINE).write_text(yaml.safe_dump({"stages": entries}))


def _touch(files: list[str]) -> str:
    return f"mkdir -p {' '.join(str(Path(file).parent) for file in files)} && touch {' '.join(files)}"


def _call(command: list[str], place: Path) -> Any:
    return lambda: subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL)
