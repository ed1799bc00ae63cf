"""`python -m gan watch`: what TensorBoard itself reads of trainings, on disk and over HTTP."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from gan.commands.watch import Followed, follow, run
from gan.core.images import save_png, to_rgb
from gan.run.errors import GanError
from gan.run.paths import PIPELINE, RUNS
from tests.project import wait_until
from tests.test_watch import noise
from tests.tiny import ROOT


def write(folder: Path, steps: list[int], previews: list[int]) -> None:
    """A training as it shows itself after these steps."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"step": step, "epoch": step / 10, "d_loss": 1 / step, "diversity": None} for step in steps]
    rows[-1]["diversity"] = 0.5
    pd.DataFrame(rows).to_csv(folder / "losses.csv", index=False)
    for step in previews:
        save_png(to_rgb(noise(1, step))[0], folder / "previews" / f"{step:07d}.png")


def curves(events: Path) -> dict[str, list[int]]:
    """The steps of each curve that TensorBoard reads."""
    read = EventAccumulator(str(events))
    read.Reload()
    found = {name: [one.step for one in read.Scalars(name)] for name in read.Tags()["scalars"]}
    return found | {name: [one.step for one in read.Images(name)] for name in read.Tags()["images"]}


def test_rows_and_previews_are_handed_on_once(tmp_path: Path) -> None:
    runs, events, followed = tmp_path / "runs", tmp_path / "events", dict[Path, Followed]()
    write(runs / "train-dcgan", [5, 10], [5])
    write(runs / "hinge" / "train-dcgan", [5], [])
    follow(runs, events, followed)
    write(runs / "train-dcgan", [5, 10, 15], [5, 15])
    follow(runs, events, followed)
    follow(runs, events, followed)
    assert curves(events / "train-dcgan") == {"d_loss": [5, 10, 15], "diversity": [10, 15], "preview": [5, 15]}
    assert curves(events / "hinge" / "train-dcgan")["d_loss"] == [5]


def test_what_no_training_has_written_is_left_out(tmp_path: Path) -> None:
    """One odd file ended the view of all."""
    runs, events = tmp_path / "runs", tmp_path / "events"
    write(runs / "train-dcgan", [5, 10], [5])
    save_png(to_rgb(noise(1, 0))[0], runs / "train-dcgan" / "previews" / "cat.png")
    losses = runs / "train-dcgan" / "losses.csv"
    losses.write_text(f"{losses.read_text()}fifteen,1.5,low,\n20,2,low,0.5\n")
    for name, text in {
        "a": "epoch,d_loss\n1,0.5\n",
        "b": "no table",
        "c": '"',
        "d": "step,d_loss\n1,2,3,4\n1\n",
    }.items():
        (runs / name).mkdir()
        (runs / name / "losses.csv").write_text(text)
    follow(runs, events, {})
    assert curves(events / "train-dcgan") == {"d_loss": [5, 10], "diversity": [10, 20], "preview": [5]}


def test_a_training_that_begins_anew_takes_the_place(tmp_path: Path) -> None:
    runs, events, followed = tmp_path / "runs", tmp_path / "events", dict[Path, Followed]()
    write(runs / "train-dcgan", [5, 10, 15], [])
    follow(runs, events, followed)
    (runs / "train-dcgan" / "losses.csv").unlink()
    follow(runs, events, followed)
    write(runs / "train-dcgan", [5], [])
    follow(runs, events, followed)
    write(runs / "train-dcgan", [5, 10], [])
    follow(runs, events, followed)
    assert curves(events / "train-dcgan")["d_loss"] == [5, 10]


def test_a_preview_that_goes_while_it_is_read_comes_the_next_time(tmp_path: Path) -> None:
    """As when a training begins anew at this moment: `watch` ended in a stack trace."""
    runs, events, followed = tmp_path / "runs", tmp_path / "events", dict[Path, Followed]()
    write(runs / "train-dcgan", [5], [5])
    preview = runs / "train-dcgan" / "previews" / "0000005.png"
    kept = preview.rename(tmp_path / "kept.png")
    preview.symlink_to("gone.png")
    follow(runs, events, followed)
    preview.unlink()
    kept.rename(preview)
    follow(runs, events, followed)
    assert curves(events / "train-dcgan")["preview"] == [5]


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        number: int = free.getsockname()[1]
    return number


def asked(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://localhost:{port}/data/{path}", timeout=10) as answer:
        return json.load(answer)


def test_the_page_shows_a_training_that_comes_after_it(tmp_path: Path, port: int) -> None:
    shutil.copy(ROOT / PIPELINE, tmp_path)
    command = [sys.executable, "-m", "gan", "watch", "--port", str(port)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with (tmp_path / "log").open("wb") as log:
        page = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)

    def served() -> bool:
        try:
            return bool(asked(port, "runs"))
        except OSError:
            return False

    try:
        write(tmp_path / RUNS / "train-dcgan", [5, 10], [5])
        wait_until(served)
        assert asked(port, "runs") == ["train-dcgan"]
        wait_until(lambda: asked(port, "plugin/scalars/tags").get("train-dcgan", {}).keys() >= {"d_loss"})
        with pytest.raises(GanError, match=f"port {port} is taken; --port chooses another one"):
            run(port)
    finally:
        page.send_signal(signal.SIGINT)
        page.wait(20)
    assert "Traceback" not in (tmp_path / "log").read_text()
    assert f"http://localhost:{port}" in (tmp_path / "log").read_text()


@pytest.mark.usefixtures("workspace")
def test_outside_of_a_project_there_is_nothing_to_watch(port: int) -> None:
    with pytest.raises(GanError, match=r"dvc\.yaml is missing; run from the folder that holds it"):
        run(port)
