"""`python -m gan watch`: trainings in TensorBoard while they run, those of experiments beside each other."""

import argparse
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from PIL import Image
from torchvision.transforms.functional import pil_to_tensor

from gan.commands.arguments import port
from gan.run.errors import GanError
from gan.run.fingerprint import stages
from gan.run.paths import RUNS

EVERY = 3.0  # seconds between two looks at runs/
ABOUT = ("step", "epoch")  # columns of losses.csv that are no curves


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("watch")
    parser.add_argument("--port", type=port(1), default=6006, help="of the page on this machine; %(default)s")
    parser.set_defaults(run=lambda given: run(given.port))


def run(port: int) -> None:
    """Serve what is in runs/, and what comes, until Ctrl-C.

    Raises:
        GanError: there is no project here, TensorBoard is not installed, the port is taken, or TensorBoard ended by
            itself.
    """
    stages()
    if find_spec("tensorboard") is None:
        raise GanError("TensorBoard is not installed; `pip install -e '.[watch]'` does that, `make watch` too")
    with socket.socket() as probe:
        if probe.connect_ex(("localhost", port)) == 0:
            raise GanError(f"port {port} is taken; --port chooses another one")
    with tempfile.TemporaryDirectory(prefix="gan-watch-") as folder:
        command = [sys.executable, "-m", "tensorboard.main", "--logdir", folder, "--port", str(port)]
        said = Path(folder, "stderr.txt")  # a file, as a pipe that nobody reads would stop TensorBoard when it is full
        with said.open("w") as stderr:
            page = subprocess.Popen([*command, "--reload_interval", str(int(EVERY))], stderr=stderr)
        print(f"http://localhost:{port} shows what is in {RUNS}/; Ctrl-C ends it", flush=True)
        followed: dict[Path, Followed] = {}
        try:
            while page.poll() is None:
                follow(RUNS, Path(folder), followed)
                time.sleep(EVERY)
            raise GanError(f"TensorBoard ended: {' '.join(said.read_text().strip().splitlines()[-1:])}")
        finally:
            page.terminate()
            page.wait()


def follow(runs: Path, events: Path, followed: "dict[Path, Followed]") -> None:
    """Hand on to TensorBoard what is new in each run below `runs`."""
    for losses in sorted(runs.glob("**/losses.csv")):
        name = losses.parent.relative_to(runs)
        if name not in followed:
            followed[name] = Followed(losses.parent, events / name)
        followed[name].update()


class Followed:
    """One run, as far as TensorBoard knows it.

    Args:
        folder: its `losses.csv` and `previews/`.
        events: where TensorBoard reads.
    """

    def __init__(self, folder: Path, events: Path) -> None:
        self.folder, self.events = folder, events
        self.writer: Any = None
        self.step, self.previews = 0, 0  # the last ones that it knows

    def update(self) -> None:
        """Write new rows and previews; a training that began anew takes the place of the one before."""
        # A training begins anew at this moment or has no row yet, or no training has written this: pandas' errors.
        with suppress(OSError, ValueError):
            self._read()
        if self.writer:
            self.writer.flush()

    def _read(self) -> None:
        written = pd.read_csv(self.folder / "losses.csv").apply(pd.to_numeric, errors="coerce")
        if "step" not in written:
            return  # no training has written it
        rows = written.dropna(subset=["step"])
        if self.writer is None or rows["step"].max() < self.step:
            self._begin()
        for row in rows[rows["step"] > self.step].to_dict("records"):
            self.step = int(row["step"])
            for name, value in row.items():
                if name not in ABOUT and value == value:  # an empty cell is NaN
                    self.writer.add_scalar(name, value, self.step)
        steps = {int(path.stem): path for path in (self.folder / "previews").glob("*.png") if path.stem.isdecimal()}
        for step in sorted(steps):
            if step > self.previews:
                self.writer.add_image("preview", pixels(steps[step]), step)
                self.previews = step

    def _begin(self) -> None:
        from torch.utils.tensorboard import SummaryWriter  # imported here, as TensorBoard is an optional extra

        self.step, self.previews = 0, 0
        if self.writer:
            self.writer.close()
        self.writer = SummaryWriter(self.events, purge_step=0)


def pixels(path: Path) -> torch.Tensor:
    """A picture as uint8 (3, H, W)."""
    with Image.open(path) as image:
        found: torch.Tensor = pil_to_tensor(image.convert("RGB"))
    return found
