"""Trainings by several ranks, each in a process of its own on this machine."""

import os
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch

from gan.params.schema import Params
from gan.run.errors import RankError
from gan.training.ranks import Several, among
from gan.training.steps import follow
from tests import killed

PATIENCE = timedelta(seconds=60)


def by_ranks(count: int, folder: Path, work: Callable[..., None], *arguments: Any) -> list[int]:
    """Call `work(rank, *arguments)` in each rank; returns how each process ended, as exit codes."""
    folder.mkdir(exist_ok=True)
    meet = folder / "meet"
    meet.unlink(missing_ok=True)
    processes = [
        killed.processes().Process(target=_rank, args=(rank, count, meet, work, arguments)) for rank in range(count)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def _rank(rank: int, count: int, meet: Path, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    torch.set_num_threads(1)
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    several = Several(rank, count, torch.device("cpu"))
    several.connect(f"file://{meet}", PATIENCE)
    with among(several):
        work(rank, *arguments)


def train(rank: int, folder: Path, model: str, values: dict[str, Any], victim: tuple[int, int] | None) -> None:
    """Train in this folder as one of its ranks, as `tests.killed.trained` does.

    Args:
        victim: a rank, and the step in which it is killed.
    """
    killed_in = victim[1] if victim and victim[0] == rank else None
    try:
        if rank == 0:
            killed.train(folder, model, values, killed_in)
        else:
            recipe = killed.recipe_of(model, Params.model_validate(values))
            killed.counted(recipe, killed_in)
            follow(recipe, 0)
    except RankError as error:
        (folder / f"error-{rank}").write_text(str(error))
        sys.exit(3)
