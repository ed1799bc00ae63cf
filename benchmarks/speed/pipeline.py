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
from gan.run.fingerprint import stages
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
    """`dvc repro` of this project when nothing changed, beside as many stages that are empty."""
    command = [sys.executable, "-m", "dvc", "repro", "-q"]
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder)
        for once in (["git", "init", "-q"], [sys.executable, "-m", "dvc", "init", "-q"]):
            subprocess.run(once, cwd=empty, check=True)
        names = [f"{name}-{key}" for name, entry in stages().items() for key in entry.get("foreach", [""])]
        listed = {name: {"cmd": f"echo {name} > {name}", "outs": [name]} for name in names}
        (empty / "dvc.yaml").write_text(yaml.safe_dump({"stages": listed}))
        ways = {"ours": Path(), "plain": empty}
        for place in ways.values():
            subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL)
        calls = {name: _call(command, place) for name, place in ways.items()}
        found = rates(calls, turns)
    return {"work": "dvc repro, nothing changed", "unit": "1/s", **found, "ratio": found["ours"] / found["plain"]}


def _call(command: list[str], place: Path) -> Any:
    return lambda: subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL)
