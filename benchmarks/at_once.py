"""Train many recipes at once on one GPU, whose small kernels leave most of it idle; on a CPU one after the other."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch

from gan.core.runtime import Runtime
from gan.core.seeding import seed_torch
from gan.core.streams import Stream
from gan.run.progress import Progress
from gan.training.recipe import Recipe

LAUNCHED = 20  # steps of each recipe that may wait for the GPU
Name = TypeVar("Name")


@dataclass(frozen=True)
class Job(Generic[Name]):
    """A training to be made: `build` makes its recipe, from random weights that its seed decides."""

    name: Name
    seed: int
    build: Callable[[Runtime], Recipe]


class Started(Generic[Name]):
    """A training on a stream of its own."""

    def __init__(self, job: Job[Name], runtime: Runtime) -> None:
        self.job, self.done = job, 0
        self.stream = torch.cuda.Stream() if runtime.device.type == "cuda" else None
        seed_torch(Stream.WEIGHTS, job.seed)
        with self._on_stream():
            self.recipe = job.build(runtime)

    def step(self) -> bool:
        """Take the next step, as the loop seeds it; returns whether it was the last."""
        seed_torch(Stream.STEP, self.job.seed, self.done)
        with self._on_stream():
            self.recipe.step(self.done)
        self.done += 1
        return self.done == self.recipe.total_steps

    def _on_stream(self) -> "torch.cuda.StreamContext | nullcontext[None]":
        return torch.cuda.stream(self.stream) if self.stream else nullcontext()


def trained(jobs: Iterable[Job[Name]], runtime: Runtime, at_once: int = 32) -> Iterator[tuple[Job[Name], Recipe]]:
    """Train all of them, at most `at_once` together; gives each with its recipe when its last step is done."""
    waiting, running = deque(jobs), list[Started[Name]]()
    together = at_once if runtime.device.type == "cuda" else 1
    with Progress("trainings", len(waiting), "runs") as progress:
        while waiting or running:
            while waiting and len(running) < together:
                running.append(Started(waiting.popleft(), runtime))
            ended = [one for one in running if one.step()]
            running = [one for one in running if one not in ended]
            if together > 1 and (ended or running[0].done % LAUNCHED == 0):
                torch.cuda.synchronize()
            for one in ended:
                progress.advance(1, str(one.job.name))
                yield one.job, one.recipe
