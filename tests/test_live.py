"""What a training shows while it runs: whole files at a place that does not move, on which no result depends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from gan.core.images import save_png, to_rgb
from gan.run.runstate import RunState
from gan.training.live import EVERY, Live, folder_of
from gan.training.loop import Job, fit
from tests import tiny
from tests.project import wait_until
from tests.recipes import Build
from tests.test_watch import noise

ROWS = [{"step": 5.0, "epoch": 0.5, "d_loss": 1.0}, {"step": 10.0, "epoch": 1.0, "d_loss": 0.5, "diversity": 0.9}]


def test_an_experiment_has_a_folder_of_its_own_in_the_main_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.delenv("DVC_EXP_NAME", raising=False)
    assert folder_of("train-dcgan") == Path("runs/train-dcgan")
    monkeypatch.setenv("DVC_ROOT", "/home/me/project")
    monkeypatch.setenv("DVC_EXP_NAME", "hinge")
    assert folder_of("train-dcgan") == Path("/home/me/project/runs/hinge/train-dcgan")


def test_rows_and_previews_come_in_time(tmp_path: Path) -> None:
    folder, previews = tmp_path / "runs" / "train-it", tmp_path / "previews"
    live = Live(folder, previews, [])
    assert not folder.exists()
    live.show(ROWS[:1], row=True, preview=False)
    assert pd.read_csv(folder / "losses.csv")["step"].tolist() == [5]
    live.show(ROWS, row=True, preview=False)
    assert len(pd.read_csv(folder / "losses.csv")) == 1, "it was looked at a moment ago"
    save_png(to_rgb(noise(1))[0], previews / "0000010.png")
    live.show(ROWS, row=False, preview=True)
    assert pd.read_csv(folder / "losses.csv")["diversity"].tolist()[1] == 0.9
    assert (folder / "previews" / "0000010.png").read_bytes() == (previews / "0000010.png").read_bytes()
    time.sleep(EVERY)
    live.show(ROWS[:1], row=True, preview=False)
    assert len(pd.read_csv(folder / "losses.csv")) == 1
    assert {path.name for path in folder.rglob("*")} == {"losses.csv", "previews", "0000010.png"}


def test_a_new_training_takes_the_place_and_a_resumed_one_shows_what_was(tmp_path: Path) -> None:
    folder, previews = tmp_path / "runs", tmp_path / "previews"
    save_png(to_rgb(noise(1))[0], previews / "0000005.png")
    (folder / "previews").mkdir(parents=True)
    (folder / "previews" / "0000099.png").touch()
    Live(folder, previews, ROWS)
    assert len(pd.read_csv(folder / "losses.csv")) == 2
    assert [path.name for path in (folder / "previews").iterdir()] == ["0000005.png"]


def test_a_folder_that_cannot_be_written_stops_no_training(tmp_path: Path) -> None:
    (tmp_path / "runs").touch()
    Live(tmp_path / "runs" / "train-it", tmp_path, ROWS).show(ROWS, row=True, preview=True)


def test_the_loop_shows_all_rows_and_previews_at_its_end(build: Build, workspace: Path) -> None:
    (workspace / "dvc.yaml").write_text("stages:\n  train-it: {cmd: train}\n")
    (workspace / "params.yaml").write_text("seed: 0\n")
    p = tiny.params()
    with RunState("train-it", keep=1) as state:
        job = Job("it", p.seed, state, p.save_every_seconds, workspace / "runs" / "train-it")
        run = fit(build(p), job)
        made = {path.name: path.read_bytes() for path in job.previews.iterdir()}
    assert job.shown is not None
    assert pd.read_csv(job.shown / "losses.csv")["step"].tolist() == [row["step"] for row in run.rows]
    assert {path.name: path.read_bytes() for path in (job.shown / "previews").iterdir()} == made


WRITES = """
import itertools, sys
from pathlib import Path
from gan.training import live
live.EVERY = 0.0
shown = live.Live(Path(sys.argv[1]), Path("none"), [])
for count in itertools.count(1):
    shown.show([{"step": float(step), "d_loss": 0.5} for step in range(count)] , row=True, preview=False)
"""


def test_a_kill_leaves_whole_files(tmp_path: Path) -> None:
    """Killed while it writes without a pause: the last line is as long as the others."""
    process = subprocess.Popen([sys.executable, "-c", WRITES, tmp_path / "it"], cwd=tiny.ROOT)
    wait_until((tmp_path / "it" / "losses.csv").exists, process)
    time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    rows = pd.read_csv(tmp_path / "it" / "losses.csv")
    assert rows["step"].tolist() == [*range(len(rows))]
    assert (rows["d_loss"] == 0.5).all()
