"""What a second process gains, and what talking to it costs: `python -m benchmarks.ranks`, with this folder's params.

Both models train on noise of their images' size, on the CPU: one process on one thread, then two processes on one
thread each, with the same batches. Two sums alone, a small and a large one, give the latency and the bandwidth of the
plan's model (`benchmarks/plan`), whose seconds in sums stand beside the measured ones. Run it on a machine that has two
cores free.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from statistics import median
from typing import Any

import numpy as np
import torch
import torch.distributed as dist

from benchmarks.plan.inputs import Link
from benchmarks.plan.training import all_reduce
from gan.core.runtime import Runtime
from gan.core.seeding import seed_torch
from gan.core.streams import Stream
from gan.cyclegan.train.recipe import CycleGAN
from gan.dcgan.train.recipe import DCGAN
from gan.params.schema import Params, load
from gan.run.errors import clean_exit
from gan.training.ranks import Ranks, Several, among
from gan.training.recipe import Recipe
from gan.training.steps import made

Work = Callable[[int, int, str], dict[str, float]]  # rank, count, folder → what it measures

WARM = 3  # steps before the clock starts
SMALL, LARGE = 2**10, 2**22  # floats of the sums that are measured alone
ALONE = 300  # sums of each

TRAININGS = {  # name → model, and whether BatchNorm takes statistics over all ranks; CycleGAN has none by default
    "DCGAN": ("dcgan", True),
    "DCGAN, `sync_batch_norm: false`": ("dcgan", False),
    "CycleGAN": ("cyclegan", True),
}


class Clocked(Several):
    """Counts what it sends, and for how long it waits for it: for the others to come, and for the sum."""

    calls, sent, seconds = 0, 0, 0.0

    def summed(self, tensor: torch.Tensor) -> torch.Tensor:
        began = time.perf_counter()
        super().summed(tensor)
        self.calls, self.sent = self.calls + 1, self.sent + tensor.nbytes
        self.seconds += time.perf_counter() - began
        return tensor


def recipe_of(model: str, p: Params) -> Recipe:
    """The model of these params, on noise; CycleGAN with a batch of 2, which two ranks can share."""
    seed_torch(Stream.WEIGHTS, p.seed)
    runtime = Runtime(torch.device("cpu"), "fp32")
    blocks = {"dcgan": p.prepare_data.images, "cyclegan": p.prepare_data.domains}
    size, channels = blocks[model].image_size, {"dcgan": p.prepare_data.images.channels, "cyclegan": 3}[model]
    images = np.random.default_rng(0).integers(0, 256, (64, size, size, channels), np.uint8)
    if model == "dcgan":
        return DCGAN(images, p.train_dcgan, p.lr, p.seed, runtime)
    pairs = p.train_cyclegan.model_copy(update={"batch_size": 2})
    return CycleGAN(images, images, pairs, p.lr, p.seed, runtime)


def _with(p: Params, sync: bool) -> Params:
    """These params, but for whether DCGAN's BatchNorm takes statistics over all ranks."""
    return p.model_copy(update={"train_dcgan": p.train_dcgan.model_copy(update={"sync_batch_norm": sync})})


def rank_seconds(rank: int, count: int, folder: str, model: str, sync: bool, steps: int) -> dict[str, float]:
    """Seconds a step, and of communication: MB, calls and seconds a step."""
    torch.set_num_threads(1)
    several = Clocked(rank, count, torch.device("cpu")) if count > 1 else None
    if several:
        several.connect(f"file://{folder}/meet-{model}", timedelta(minutes=5))
    with among(several or Ranks()):
        recipe = recipe_of(model, _with(load(), sync))
        for step in range(WARM):
            made(recipe, 0, step)
        if several:
            several.calls, several.sent, several.seconds = 0, 0, 0.0
        began = time.perf_counter()
        for step in range(WARM, WARM + steps):
            made(recipe, 0, step)
        took = (time.perf_counter() - began) / steps
    sums = (several.sent / 1e6, several.calls, several.seconds) if several else (0.0, 0, 0.0)
    return {"step": took} | dict(zip(("MB", "calls", "sums"), (one / steps for one in sums), strict=True))


def sum_seconds(rank: int, count: int, folder: str) -> dict[str, float]:
    """The link's latency in seconds and bandwidth in bytes/s, from the median seconds of a small and a large sum."""
    torch.set_num_threads(1)
    several = Clocked(rank, count, torch.device("cpu"))
    several.connect(f"file://{folder}/meet-alone", timedelta(minutes=5))
    took = {}
    for size in (SMALL, LARGE):
        times = []
        for _ in range(WARM + ALONE):
            several.seconds = 0.0
            several.summed(torch.zeros(size))
            times.append(several.seconds)
        took[size] = median(times[WARM:])
    moved = all_reduce(0, 4.0 * (LARGE - SMALL), count, Link(0.0, 1.0))  # bytes
    return {"latency": took[SMALL], "bandwidth": moved / max(took[LARGE] - took[SMALL], 1e-9)}


def _rank(rank: int, count: int, folder: str, work: Work, queue: Any) -> None:
    queue.put(work(rank, count, folder) | {"rank": rank})
    if count > 1:
        dist.destroy_process_group()


def measured(work: Work, count: int) -> dict[str, float]:
    """What the first of so many ranks measures."""
    context = get_context("spawn")
    queue = context.Queue()
    with tempfile.TemporaryDirectory() as folder:
        processes = [context.Process(target=_rank, args=(rank, count, folder, work, queue)) for rank in range(count)]
        for process in processes:
            process.start()
        found = [queue.get() for _ in processes]
        for process in processes:
            process.join()
    return next(one for one in found if one["rank"] == 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=60, help="of each training; %(default)s")
    steps = parser.parse_args().steps
    alone = measured(sum_seconds, 2)
    link = Link(alone["latency"], alone["bandwidth"])
    print(f"a sum of 2 processes: {link.latency * 1e6:.0f} µs and {link.bandwidth / 1e6:,.0f} MB/s\n")
    print("| model | steps/s of 1 | of 2 processes | times | overhead | sums a step | MB | ms in sums | modelled |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, (model, sync) in TRAININGS.items():
        one, two = (measured(partial(rank_seconds, model=model, sync=sync, steps=steps), count) for count in (1, 2))
        modelled = all_reduce(round(two["calls"]), two["MB"] * 1e6, 2, link)
        print(
            f"| {name} | {1 / one['step']:.2f} | {1 / two['step']:.2f} | {one['step'] / two['step']:.2f} "
            f"| {2 * two['step'] / one['step'] - 1:.0%} | {two['calls']:.0f} | {two['MB']:.1f} "
            f"| {1000 * two['sums']:.1f} | {1000 * modelled:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    with clean_exit():
        main()
