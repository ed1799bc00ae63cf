"""`python -m gan study`: train what study.yaml asks for and nobody has trained yet, and rank the settings."""

import argparse
import time
from collections import Counter
from functools import partial

import pandas as pd

from gan.commands.arguments import at_least
from gan.commands.study import queue, rows
from gan.commands.study.plan import Run, read_study, runs
from gan.run.errors import GanError, Interrupted
from gan.run.progress import Progress

LOOK_EVERY = 5.0  # seconds between two searches for experiments that have ended
ASK_EVERY = 20.0  # seconds between two questions to DVC's queue, which take it a second
GOES_ON = (
    "interrupted; what is in DVC's queue goes on, and the same command gathers it, or `--table` what has ended. "
    "`dvc queue stop --kill` ends it; trainings that this kills go on later from their last saved states"
)

EXAMPLE = """examples:
  python -m gan study              train what is missing, two runs at a time
  python -m gan study --jobs 1     one run at a time, on all cores
  python -m gan study --jobs 4 --gpus 0,1,2,3        four runs at a time, each with a GPU of its own
  python -m gan study --list       train nothing; print a command for each run that is missing, as for a Slurm array
  python -m gan study --table      train nothing; write the page and the picture from the rows that there are
  python -m gan study --accept     train nothing; keep the rows of other code, where you know that it trains the same
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "study",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--jobs", type=at_least(1), default=2, help="runs at a time that share the cores; %(default)s")
    parser.add_argument("--gpus", type=given_gpus, default=[], help="what each run in turn has as CUDA_VISIBLE_DEVICES")
    parser.add_argument("--only", metavar="GROUP", nargs="+", help="only these groups of study.yaml")
    train_nothing = parser.add_mutually_exclusive_group()
    for name, told in {
        "table": "write the page from what has ended",
        "accept": "take rows of other code for today's",
        "list": "print the commands of the missing runs",
    }.items():
        train_nothing.add_argument(
            f"--{name}", dest="instead", action="store_const", const=name, help=f"train nothing; {told}"
        )
    parser.set_defaults(run=lambda given: run(given.jobs, given.gpus, given.only, given.instead))


def given_gpus(text: str) -> list[str]:
    """The GPUs of `--gpus 0,1`, also by their UUIDs.

    Raises:
        ArgumentTypeError: one is empty.
    """
    found = [one.strip() for one in text.split(",")]
    if not all(found):
        raise argparse.ArgumentTypeError(f"{text!r} names no GPU; give their numbers, as in 0,1")
    return found


def run(jobs: int, gpus: list[str], only: list[str] | None, instead: str | None = None) -> None:
    """Queue the missing runs on DVC's queue, gather their scores as they end, and write the table and the page.

    Args:
        jobs: runs at a time.
        gpus: the n-th worker has the n-th of them, and begins again after the last; all have all if there are none.
        only: groups of study.yaml; None takes all.
        instead: train nothing, but gather the runs that have ended (`table`), print a command for each that is missing
            (`list`), or (`accept`) take the rows of other code with today's params for rows of today's code, as
            `dvc commit` does with a stage. For an edit that changes no bit, such as a comment: `python -m gan verify`.

    Raises:
        GanError: study.yaml or params.yaml is not valid, or a run failed; the others are kept.
        Interrupted: by Ctrl-C, SIGTERM or SIGHUP.
    """
    from gan.commands.study import page  # imported here, as matplotlib takes a second

    study = read_study()
    if unknown := [name for name in only or [] if name not in study.groups]:
        raise GanError(f"study.yaml has no group {unknown[0]}, only {', '.join(study.groups)}")
    planned = runs(study)
    wanted = [one for one in planned if not only or one.group in only]
    found = rows.read()
    if instead == "accept":
        found = rows.update(partial(rows.accept, planned=wanted))
    found = _gathered([one for one in wanted if not rows.has(found, one)], found)
    missing = [one for one in wanted if not rows.has(found, one)]
    if instead == "list":
        print(*map(queue.command, missing), sep="\n", end="\n" if missing else "")
        return
    _tell(wanted, missing, found)
    failed: list[Run] = []
    if missing and not instead:
        try:
            found, failed = _train(missing, found, queue.Workers(jobs, gpus))
        except KeyboardInterrupt:
            raise Interrupted(GOES_ON) from None
    current = rows.current(found, planned)
    page.write(study, current, Counter((one.group, one.setting) for one in planned), len(found))
    if len(current):
        print(f"{page.PAGE} and {page.PICTURE} show what was found")
    else:
        kept = f": its {len(found)} rows are of other code, params or data; {page.PAGE} stays" if len(found) else ""
        print(f"nothing was found yet{kept}")
    if failed:
        raise GanError(
            f"{len(failed)} of {len(missing)} runs failed: {', '.join(one.experiment for one in failed)}; "
            "`dvc queue logs NAME` says why. The same command tries them again"
        )


def _tell(wanted: list[Run], missing: list[Run], found: pd.DataFrame) -> None:
    """Say how many runs the table holds, and how many it would hold if their code were today's."""
    print(f"{len(wanted)} runs, {len(wanted) - len(missing)} of them in {rows.FOUND}")
    accepted = rows.accept(found, missing)
    if older := sum(rows.has(accepted, one) for one in missing):
        print(f"{older} more are there of other code: `--accept` keeps them, where you know that it trains the same")


def _gathered(missing: list[Run], found: pd.DataFrame) -> pd.DataFrame:
    """The rows, with those of runs that have ended elsewhere: in a Slurm job, or by a study that was killed."""
    ended = queue.ended()
    for one in missing:
        if one.experiment in ended:
            found = rows.update(partial(rows.add, run=one))
    return found


def _train(missing: list[Run], found: pd.DataFrame, workers: queue.Workers) -> tuple[pd.DataFrame, list[Run]]:
    """Queue what is not queued yet, and gather until all have ended; returns the rows, and the runs that failed."""
    waiting = {one.experiment: one for one in missing}
    _queue(missing)
    failed: list[Run] = []
    lost: set[str] = set()
    with Progress("study", len(missing), "runs") as progress:
        asked = time.monotonic()
        queue.start(workers)
        while waiting:
            for name in queue.ended() & waiting.keys():
                found = rows.update(partial(rows.add, run=waiting.pop(name)))
                progress.advance(1, name)
            if waiting and time.monotonic() - asked > ASK_EVERY:
                failed += _failed(waiting, workers, lost)
                asked = time.monotonic()
            if waiting:
                time.sleep(LOOK_EVERY)
    return found, failed


def _queue(wanted: list[Run]) -> None:
    """Queue the runs that neither wait nor run; those that failed, or were lost with their worker, once more."""
    states, workers = queue.status()
    running = [one.experiment for one in wanted if states.get(one.experiment) == "Running"]
    if running and not workers:
        queue.end_lost(running)
        states |= dict.fromkeys(running, "Failed")
    again = [one for one in wanted if states.get(one.experiment) not in ("Queued", "Running")]
    queue.forget(one.experiment for one in again if one.experiment in states)
    with Progress("queue", len(again), "runs") as progress:
        for _ in queue.added(again):
            progress.advance()


def _failed(waiting: dict[str, Run], workers: queue.Workers, lost: set[str]) -> list[Run]:
    """Take the runs that failed out of those waited for; if all workers have gone, start new ones.

    A run that was lost with its worker, as when the memory is full, is queued once more; `lost` holds the names of
    those. If it is lost again, it has failed.
    """
    states, alive = queue.status()
    ended = queue.ended()  # asked after the states: a run that ends in between has not failed
    left = [name for name in waiting if name not in ended]
    alone = [name for name in left if states.get(name) == "Running" and not alive]
    gone = [name for name in left if states.get(name) in ("Failed", None) or (name in alone and name in lost)]
    failed = [waiting.pop(name) for name in gone]
    if again := [waiting[name] for name in alone if name in waiting]:
        lost |= {one.experiment for one in again}
        _queue(again)
    if waiting and not alive:
        queue.start(workers)
    return failed
