"""Kill trainings again and again, and compare with trainings left alone: `python -m benchmarks.kills 20`.

Each kill is a `kill -9` of `dvc repro` and all its child processes. The first three quarters of the kills come, in
turn, at a random moment after the start, and while a state is being written. The last quarter come when the training
has ended and DVC hashes and caches its outputs. Then the run goes to its end. The benchmark compares, byte for byte,
`dvc.lock` (which has the hashes of the last checkpoint, snapshots, losses and previews), `last.safetensors`,
`best.safetensors` and `history.csv`.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
import yaml

from gan.run.runstate import FINISHED
from tests import tiny
from tests.project import commit, environment, fresh_clone, sh

MODELS = ("dcgan", "cyclegan")
STEPS = {"dcgan": 3000, "cyclegan": 1200}  # enough that no training ends before the kills, which come within seconds
WITHIN = 9.0  # a random kill comes at most so many seconds after the start of a command; loading takes about 5
RECORDING = 0.15  # a kill comes at most so many seconds after a training's end, before DVC has written dvc.lock
AIMS = ("any", "writing", "recording")


def project(folder: Path) -> Path:
    """A clone with prepared data, and with small networks that train for many steps and save after each of them."""
    folder.mkdir()
    clone = fresh_clone(folder)
    params = tiny.values() | {"save_every_seconds": 0.0001}
    per_epoch = {"dcgan": 5, "cyclegan": 60}
    params["train_dcgan"]["epochs"] = STEPS["dcgan"] // per_epoch["dcgan"]
    params["train_cyclegan"] |= dict.fromkeys(
        ("epochs", "decay_epochs"), STEPS["cyclegan"] // per_epoch["cyclegan"] // 2
    )
    for model in MODELS:
        params[f"train_{model}"] |= {"preview_every_epochs": 3.0, "snapshots": {"count": 9, "precision": "fp16"}}
        params[f"train_{model}"]["watch"]["every_steps"] = 300
    (clone / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))
    commit(clone, "long trainings")
    sh(clone, "dvc", "repro", "-q", "prepare-data", "reference")
    return clone


@dataclass
class Killer:
    """Kills one training of one clone."""

    clone: Path
    model: str
    moments: np.random.Generator
    counts: Counter[str] = field(default_factory=Counter)

    def kill(self, aim: str) -> None:
        """Start the training, and kill it while it writes a state, once it has ended, or at a random moment."""
        log, lock = self.clone / ".git" / f"{self.model}.log", self.clone / "dvc.lock"
        before = lock.read_bytes()
        with log.open("w") as output:
            command = ["dvc", "repro", "-s", f"train-{self.model}"]
            process = subprocess.Popen(
                command,
                cwd=self.clone,
                env=environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._wait(aim, process)
            ended = aim == "recording" and self._ended(process)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.counts["kills"] += 1
        self.counts["half a state left"] += self._left("state.tmp")
        self.counts["before it was recorded"] += ended and lock.read_bytes() == before
        self.counts["resumed"] += "resumed at step" in log.read_text()
        self.counts["fell back"] += "is damaged" in log.read_text()

    def _wait(self, aim: str, process: "subprocess.Popen[bytes]") -> None:
        """Wait until the moment to kill, or until the command ends."""
        there: Callable[[], bool] = {
            "any": lambda: False,
            "writing": lambda: self._left("state.tmp"),
            "recording": lambda: self._ended(process),
        }[aim]
        until = time.monotonic() + (self.moments.uniform(0, WITHIN) if aim == "any" else 600)
        while time.monotonic() < until and process.poll() is None and not there():
            time.sleep(0 if aim == "writing" else 0.01)
        if aim == "recording":
            time.sleep(self.moments.uniform(0, RECORDING))

    def _left(self, name: str) -> bool:
        return any((self.clone / ".state").glob(f"train-{self.model}-*/{name}"))

    def _ended(self, process: "subprocess.Popen[bytes]") -> bool:
        """Whether the training has finished its work and its process has ended."""
        with suppress(psutil.NoSuchProcess):
            return self._left(FINISHED) and not psutil.Process(process.pid).children()
        return False


def kept(clone: Path, model: str) -> dict[str, bytes]:
    """The contents of the files that must be equal, by path."""
    paths = (
        "dvc.lock",
        f"data/checkpoints/{model}/last.safetensors",
        f"data/checkpoints/{model}/best.safetensors",
        f"reports/{model}/history.csv",
    )
    return {path: (clone / path).read_bytes() for path in paths}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", nargs="?", type=int, default=20, help="of each model; %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="of the random moments; %(default)s")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        alone, killed = project(Path(folder) / "alone"), project(Path(folder) / "killed")
        print(
            "| model | kills | half a state left | before it was recorded | resumed | fell back | seconds | equal |\n"
            "|---|---|---|---|---|---|---|---|"
        )
        for model in MODELS:
            sh(alone, "dvc", "repro", "-q", f"select@{model}")
            killer = Killer(killed, model, np.random.default_rng(given.seed))
            began = time.monotonic()
            for index in range(given.kills):
                killer.kill(AIMS[2 if index >= given.kills * 3 // 4 else index % 2])
            sh(killed, "dvc", "repro", "-q", f"select@{model}")
            counts, took = killer.counts, time.monotonic() - began
            other = [name for name, content in kept(alone, model).items() if kept(killed, model)[name] != content]
            print(
                f"| {model} | {counts['kills']} | {counts['half a state left']} | {counts['before it was recorded']} "
                f"| {counts['resumed']} | {counts['fell back']} | {took:.0f} "
                f"| {'no: ' + ', '.join(other) if other else 'yes'} |",
                flush=True,
            )
            if other:
                sys.exit(1)


if __name__ == "__main__":
    main()
