"""What it costs to save the state and to keep snapshots: `python -m benchmarks.saving`, with this folder's params.

Both models train on their prepared data for a share of their steps. Every call that saves the state or keeps a snapshot
is timed.
"""

import argparse
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gan.core.runtime import Runtime, choose_runtime
from gan.core.seeding import seed_torch
from gan.core.streams import Stream
from gan.params.schema import Params, load
from gan.run.paths import PACKED
from gan.run.runstate import RunState
from gan.training import loop
from gan.training.loop import Job, fit
from gan.training.recipe import Recipe
from stages import train_cyclegan, train_dcgan


@contextmanager
def timed(names: list[str]) -> Iterator[dict[str, list[float]]]:
    """Yields name → seconds of each call, for these functions of the loop."""
    took: dict[str, list[float]] = defaultdict(list)
    before: dict[str, Callable[..., Any]] = {name: getattr(loop, name) for name in names}

    def clocked(name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            began = time.perf_counter()
            result = before[name](*arguments)
            took[name].append(time.perf_counter() - began)
            return result

        return call

    for name in names:
        setattr(loop, name, clocked(name))
    yield took
    for name in names:
        setattr(loop, name, before[name])


def measure(model: str, build: Callable[[Params, Path, Runtime], Recipe], share: float) -> None:
    """Train for a share of the steps, with saves and snapshots as often as by default, and print a row of the table."""
    p = load()
    block = getattr(p, f"train_{model}")
    snapshots = block.snapshots.model_copy(update={"count": max(1, round(block.snapshots.count * share))})
    p = p.model_copy(update={f"train_{model}": block.model_copy(update={"snapshots": snapshots})})
    seed_torch(Stream.WEIGHTS, p.seed)
    data = PACKED / {"dcgan": "images", "cyclegan": "domains"}[model]
    recipe = build(p, data, choose_runtime(p.accelerator, p.precision, p.determinism))
    recipe.total_steps = round(recipe.total_steps * share)
    with tempfile.TemporaryDirectory() as folder, timed(["_save", "_keep"]) as took:
        os.environ["DVC_ROOT"] = folder
        with RunState(f"train-{model}", p.keep_states) as state:
            began = time.perf_counter()
            fit(recipe, Job(model, p.seed, state, p.save_every_seconds))
            whole = time.perf_counter() - began
            size = (state.folder / "state").stat().st_size / 2**20
    cells = [f"{len(took[name])} × {sum(took[name]) / len(took[name]) * 1000:.0f} ms" for name in ("_save", "_keep")]
    parts = [f"{sum(took[name]) / (whole - sum(took[name])):.2%}" for name in ("_save", "_keep")]
    print(
        f"| {model} | {recipe.total_steps} | {whole:.0f} | {size:.0f} "
        f"| {cells[0]} | {parts[0]} | {cells[1]} | {parts[1]} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=0.2, help="of the default steps; %(default)s")
    given = parser.parse_args()
    print("| model | steps | seconds | state MiB | saves | of training | snapshots | of training |")
    print("|---|---|---|---|---|---|---|---|")
    for model, build in (("dcgan", train_dcgan.recipe), ("cyclegan", train_cyclegan.recipe)):
        measure(model, build, given.share)


if __name__ == "__main__":
    main()
