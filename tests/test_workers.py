"""Workers of DVC's real queue, each with a GPU of its own: two experiments that run at the same time see two."""

import os
import time
from pathlib import Path

import pytest

from gan.commands.study.queue import Workers, start
from gan.run.threads import cores
from tests.project import BIN, commit, sh

# Each waits until the other has begun, so that one worker alone could not run both.
WORK = """
import os, time
from pathlib import Path
here = Path(os.environ["DVC_ROOT"], ".dvc", "tmp")
seed = Path("params.yaml").read_text().split()[-1]
(here / f"begun-{seed}").touch()
while len([*here.glob("begun-*")]) < 2:
    time.sleep(0.1)
Path("out").write_text(seed)
(here / f"gpu-{seed}").write_text(os.environ["CUDA_VISIBLE_DEVICES"])
"""


def test_each_worker_has_its_gpu(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")  # DVC starts its workers by the name `dvc`
    (workspace / "work.py").write_text(WORK)
    (workspace / "params.yaml").write_text("seed: 0\n")
    (workspace / "dvc.yaml").write_text(
        "stages: {work: {cmd: python work.py, deps: [work.py], params: [seed], outs: [out]}}"
    )
    sh(workspace, "git", "init", "-q", "-b", "main")
    sh(workspace, "dvc", "init", "-q")
    commit(workspace, "start")
    sh(workspace, "dvc", "exp", "run", "--queue", "-S", "seed=1,2")
    found = workspace / ".dvc" / "tmp"
    try:
        start(Workers(2, ["6", "7"]))
        until = time.monotonic() + 120
        while len([*found.glob("gpu-*")]) < 2:
            assert time.monotonic() < until, sh(workspace, "dvc", "queue", "status")
            time.sleep(0.2)
    finally:
        sh(workspace, "dvc", "queue", "stop", "--kill")
    assert {one.read_text() for one in found.glob("gpu-*")} == {"6", "7"}


def test_workers_share_cores_and_take_gpus_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    workers = Workers(3, ["0", "GPU-5ebe9ddb"])
    given = [workers.environment(number) for number in (1, 2, 3)]
    assert [one["CUDA_VISIBLE_DEVICES"] for one in given] == ["0", "GPU-5ebe9ddb", "0"]
    assert {one["OMP_NUM_THREADS"] for one in given} == {str(max(1, cores() // 3))}
    assert "CUDA_VISIBLE_DEVICES" not in Workers(1, []).environment(1)
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert workers.environment(1)["OMP_NUM_THREADS"] == "5", "a number that a person has set stays"
