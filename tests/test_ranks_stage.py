"""A training stage by two processes on this machine, which it starts and ends itself."""

import contextlib
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.project import begin, often, printed, sh, states, wait_until
from tests.servers import free_port

pytestmark = pytest.mark.usefixtures("_back_to_start")

COMMAND = [sys.executable, "-m", "stages.train_dcgan", "data/packed/images"]


def by_two(trained: Path) -> None:
    path = trained / "params.yaml"
    path.write_text(path.read_text().replace("devices: 1", "devices: 2"))


def followers(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    found = []
    for child in psutil.Process(process.pid).children():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):  # it ended since, or is just beginning
            if child.environ().get("RANK") == "1":
                found.append(child)
    return found


def test_a_stage_by_two_processes_is_stopped_loses_one_and_ends(trained: Path) -> None:
    """SIGTERM saves the state; a killed rank ends the run with one line; the same command goes on; `dvc` records it."""
    by_two(trained)
    often(trained)
    assert "changed" not in sh(trained, "dvc", "status", "train-dcgan")  # the same result, so nothing to run again
    one = (trained / "data/checkpoints/dcgan/losses.csv").read_text()

    begun = begin(trained, *COMMAND, DVC_ROOT=str(trained))
    wait_until(lambda: states(trained), begun)
    (other,) = followers(begun)
    begun.send_signal(signal.SIGTERM)
    assert begun.wait(60) == 1
    assert re.match(r"error: train-dcgan: stopped by SIGTERM at step .*; the state is saved", printed(trained))
    assert not other.is_running()

    begun = begin(trained, *COMMAND, DVC_ROOT=str(trained))
    wait_until(lambda: "resumed at step" in printed(trained), begun)
    followers(begun)[0].kill()
    killed = time.monotonic()
    assert begun.wait(60) == 1
    assert time.monotonic() - killed < 60
    *_, last = printed(trained).splitlines()
    assert last == (
        "error: train-dcgan: rank 1 was killed by SIGKILL; the same command goes on from the last saved state"
    )

    assert "resumed at step" in sh(trained, "dvc", "repro", "-f", "-s", "train-dcgan")
    card = json.loads((trained / "reports/dcgan/run.json").read_text())
    assert [environment["ranks"] for environment in card["environments"]] == [2]
    two = (trained / "data/checkpoints/dcgan/losses.csv").read_text()
    assert [line.split(",")[0] for line in two.splitlines()] == [line.split(",")[0] for line in one.splitlines()]


def test_the_first_rank_takes_the_others_with_it(trained: Path) -> None:
    by_two(trained)
    begun = begin(trained, *COMMAND, DVC_ROOT=str(trained))
    wait_until(lambda: followers(begun), begun)
    (other,) = followers(begun)
    begun.kill()
    begun.wait()
    psutil.wait_procs([other], timeout=60)
    assert not other.is_running()


def test_a_batch_that_cannot_be_shared_is_refused(trained: Path) -> None:
    by_two(trained)
    command = [sys.executable, "-m", "stages.train_cyclegan", "data/packed/domains"]
    assert "train_cyclegan.batch_size: 1 cannot be shared equally by 2 ranks" in sh(trained, *command, status=1)


def met() -> dict[str, str]:
    """Variables of two ranks that meet on this machine."""
    meet = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "GLOO_SOCKET_IFNAME": "lo"}
    return {"WORLD_SIZE": "2", **meet}


def test_a_rank_that_is_alone_can_be_stopped_and_one_with_other_inputs_is_refused(trained: Path) -> None:
    by_two(trained)
    shared = met()
    line = f"train-dcgan: rank 1 of 2 meets the others at 127.0.0.1:{shared['MASTER_PORT']}\n"
    other = begin(trained, *COMMAND, RANK="1", **shared)
    wait_until(lambda: line in printed(trained), other)
    other.send_signal(signal.SIGINT)
    assert other.wait(60) == 1
    assert printed(trained) == f"{line}error: interrupted\n"

    path = trained / "params.yaml"
    text = path.read_text()
    path.write_text(text.replace("lr: ", "lr: 0.5 #", 1))
    other = begin(trained, *COMMAND, RANK="1", **shared)
    wait_until(lambda: line in printed(trained), other)
    path.write_text(text)
    told = sh(trained, *COMMAND, status=1, RANK="0", **shared)
    assert "error: another rank of this training has ended" in told
    assert other.wait(60) == 1
    assert printed(trained).endswith(
        "error: rank 1 has other inputs than the first: params.yaml: lr; give all ranks the same code, params.yaml and "
        "data\n"
    )


def test_ranks_started_by_hand_or_by_torchrun_make_the_same_bits(trained: Path) -> None:
    """DVC starts and records the first of them, as docs/scale.md shows; torchrun sets the same variables."""
    by_two(trained)
    last = trained / "data" / "checkpoints" / "dcgan" / "last.safetensors"
    often(trained)
    shared = met()
    other = begin(trained, *COMMAND, RANK="1", **shared)
    first = begin(trained, "dvc", "repro", "-f", "-s", "train-dcgan", RANK="0", **shared)
    wait_until(lambda: states(trained), first)
    other.send_signal(signal.SIGTERM)  # as Slurm does to all ranks; the first decides when to stop
    assert (first.wait(120), other.wait(60)) == (0, 0)
    assert "changed" not in sh(trained, "dvc", "status", "train-dcgan")
    card = json.loads((trained / "reports/dcgan/run.json").read_text())
    assert [environment["ranks"] for environment in card["environments"]] == [2]
    by_hand = last.read_bytes()

    last.unlink()
    meet = ["--rdzv-backend", "c10d", "--rdzv-endpoint", f"127.0.0.1:{free_port()}", "--nproc-per-node", "2"]
    sh(trained, sys.executable, "-m", "torch.distributed.run", *meet, *COMMAND[1:], GLOO_SOCKET_IFNAME="lo")
    assert last.read_bytes() == by_hand
