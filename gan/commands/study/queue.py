"""DVC's queue of experiments, for a study: what waits, runs and failed; queue runs, start workers, end lost ones."""

import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gan.commands.revisions import experiments
from gan.commands.study.plan import Run
from gan.run.errors import GanError
from gan.run.threads import cores
from gan.run.tools import ToolError, dvc

SECONDS_TO_START = 60.0  # that a worker is waited for, at most
Status = dict[str, str]  # name of an experiment → Queued, Running, Failed or Success
STATES = ("Queued", "Running", "Failed", "Success")
WORKERS = re.compile(r"Worker status: (\d+) active, (\d+) idle")


def status() -> tuple[Status, int]:
    """The state of every experiment in the queue that has a name, and the number of workers."""
    text = dvc("queue", "status")
    rows = [line.split() for line in text.splitlines()]
    found = {row[1]: row[-1] for row in rows if len(row) > 2 and row[-1] in STATES}
    workers = WORKERS.search(text)
    return found, sum(map(int, workers.groups())) if workers else 0


def added(runs: Iterable[Run]) -> Iterator[Run]:
    """Queue each run as an experiment of its name, and yield it.

    By DVC's own function in this process: its command takes a second or more to start, and a study has a hundred runs.

    Raises:
        ToolError: DVC refuses one.
    """
    from dvc.exceptions import DvcException  # imported here, as it takes a second
    from dvc.repo import Repo

    with Repo() as repo:
        for run in runs:
            try:
                repo.experiments.run([run.target], name=run.experiment, params=[*run.overrides], queue=True)
            except DvcException as error:
                raise ToolError("dvc", str(error)) from error
            yield run


def command(run: Run) -> str:
    """The command that makes this run in a copy of the project, as a shell takes it; several may run at a time."""
    settings = [part for override in run.overrides for part in ("-S", override)]
    words = ["dvc", "--wait-for-lock", "exp", "run", "--temp", "-n", run.experiment, *settings, run.target]
    return shlex.join(words)


def forget(names: Iterable[str]) -> None:
    """Take experiments that failed off the queue, so that they can be queued again."""
    for name in names:
        dvc("queue", "remove", name)


def end_lost(names: Iterable[str]) -> None:
    """Mark experiments as failed whose worker has gone, as after a crash of the machine."""
    for name in names:
        dvc("queue", "kill", "--force", name)


@dataclass(frozen=True)
class Workers:
    """So many workers, which share the cores, and take the GPUs in turn; with no GPUs named, each sees all."""

    jobs: int
    gpus: list[str]

    def environment(self, number: int) -> dict[str, str]:
        """What the worker of this number, from 1, has in its environment; set numbers of threads stay."""
        threads = str(max(1, cores() // self.jobs))
        share = {name: os.environ.get(name, threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
        return share | ({"CUDA_VISIBLE_DEVICES": self.gpus[(number - 1) % len(self.gpus)]} if self.gpus else {})


def start(workers: Workers) -> None:
    """Start workers. They go on when this process ends.

    DVC numbers its workers, starts those of 1 to `-j` that do not run, and gives them its own environment. So workers
    that differ start one after the other.

    Raises:
        GanError: DVC could not start them.
    """
    for number in range(1, workers.jobs + 1) if workers.gpus else [workers.jobs]:
        command = [sys.executable, "-m", "dvc", "queue", "start", "-j", str(number)]
        env = os.environ | workers.environment(number)
        with tempfile.TemporaryFile("w+") as said:  # not a pipe: workers would keep it open until they end
            failed = subprocess.run(command, env=env, stdout=said, stderr=said, check=False).returncode
            said.seek(0)
            if failed:
                raise GanError(f"dvc queue start: {' '.join(said.read().split())}")
        until = time.monotonic() + SECONDS_TO_START
        while number < workers.jobs and status()[1] < number and time.monotonic() < until:
            time.sleep(1)


def ended() -> set[str]:
    """The names of all experiments that have ended well; quick, as it asks git alone."""
    return {name for name, _ in experiments()}
