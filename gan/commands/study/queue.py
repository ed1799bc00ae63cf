"""DVC's queue of experiments, for a study: what waits, runs and failed; queue runs, start workers, end lost ones."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator

from gan.commands.revisions import experiments
from gan.commands.study.plan import Run
from gan.run.errors import GanError
from gan.run.tools import ToolError, dvc

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


def forget(names: Iterable[str]) -> None:
    """Take experiments that failed off the queue, so that they can be queued again."""
    for name in names:
        dvc("queue", "remove", name)


def end_lost(names: Iterable[str]) -> None:
    """Mark experiments as failed whose worker has gone, as after a crash of the machine."""
    for name in names:
        dvc("queue", "kill", "--force", name)


def start(jobs: int) -> None:
    """Start workers, each with its share of the cores. They go on when this process ends.

    Raises:
        GanError: DVC could not start them.
    """
    threads = str(max(1, (os.cpu_count() or 1) // jobs))
    share = {"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
    command = [sys.executable, "-m", "dvc", "queue", "start", "-j", str(jobs)]
    done = subprocess.run(command, env=os.environ | share, capture_output=True, text=True, check=False)
    if done.returncode:
        raise GanError(f"dvc queue start: {' '.join(done.stderr.split())}")


def ended() -> set[str]:
    """The names of all experiments that have ended well; quick, as it asks git alone."""
    return {name for name, _ in experiments()}
