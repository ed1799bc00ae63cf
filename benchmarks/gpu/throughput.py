"""How fast do both models train on this GPU, and how much of what it can do do they use?"""

import gc
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile, supported_activities

from benchmarks.gpu.checks import OK, Clock, attempted
from benchmarks.speed import recipes
from benchmarks.speed.machine import ceiling
from benchmarks.speed.turns import gigaflops, rates, wait
from gan.core.runtime import Runtime, choose_runtime
from gan.core.tensors import to_float
from gan.cyclegan.train.recipe import CycleGAN
from gan.dcgan.train.recipe import DCGAN
from gan.loading.packed import load_images
from gan.params.schema import Params
from gan.training.batches import Batches

SECONDS = 0.5  # of one turn, at least
WARM_UP = 5  # steps before anything is measured
LAUNCHES = 5  # steps of which each is waited for
PROFILED = 2  # steps
READ = 64  # images of a batch, where only reading is measured
Row = dict[str, Any]


@dataclass(frozen=True)
class Work:
    """A training of which single steps are measured; `images` are the real images that a step reads."""

    name: str
    images: int
    build: Callable[[Runtime], DCGAN | CycleGAN]
    graphs: bool = True


def works(p: Params) -> Iterator[Work]:
    """The default recipes, then both models with the papers' networks; for CycleGAN, images of both domains count."""
    size, other = p.prepare_data.images.image_size, p.prepare_data.domains.image_size
    for graphs, said in ((True, "default"), (False, "default, without CUDA graphs")):
        batch = p.train_dcgan.batch_size
        yield Work(f"DCGAN {size}², {said}", batch, partial(recipes.default_dcgan, p), graphs)
        batch = 2 * p.train_cyclegan.batch_size
        yield Work(f"CycleGAN {other}², {said}", batch, partial(recipes.default_cyclegan, p), graphs)
    for size, batch in ((64, 64), (64, 128), (128, 64), (128, 128), (256, 64)):
        yield Work(f"DCGAN {size}², batch {batch}", batch, partial(recipes.dcgan, size, batch, p))
    for size, blocks, batch in ((64, 6, 1), (128, 6, 1), (256, 9, 1), (256, 9, 8)):
        name = f"CycleGAN {size}², {blocks} blocks, batch {batch}"
        yield Work(name, 2 * batch, partial(recipes.cyclegan, size, blocks, batch, p))


def measure(p: Params, levels: list[str], turns: int, clock: Clock) -> Iterator[Row]:
    """A row for the ceiling in each precision, for reading images, and for each work in each determinism.

    Ceilings are measured with `determinism: fast`, in which cuDNN chooses its fastest kernels.
    """
    ceilings: dict[str, float] = {}
    for precision in ("fp32", "bf16"):
        runtime = choose_runtime("auto", precision, "fast")

        def most(runtime: Runtime = runtime) -> list[Row]:
            ceilings[runtime.precision] = ceiling(runtime, turns, SECONDS)
            tflops = ceilings[runtime.precision] / 1e3
            return [{"outcome": OK, "precision": runtime.precision, "TFLOP/s": tflops}]

        yield from attempted("ceiling", "a large convolution", most, clock)
    yield from attempted("reading", "reading images", lambda: list(reading(runtime, turns)), clock)
    for level in levels:
        for work in works(p):
            for precision in ("fp32", "bf16"):
                yield from _rows(work, precision, level, turns, clock, ceilings)


def _rows(
    work: Work, precision: str, level: str, turns: int, clock: Clock, ceilings: dict[str, float]
) -> Iterator[Row]:
    runtime = choose_runtime("auto", precision, level)
    most = ceilings.get(precision, float("nan"))  # it may have been left out
    for one in attempted(f"training, {precision}", work.name, lambda: [row(work, runtime, turns, most)], clock):
        yield {"precision": precision, "determinism": level} | one


def row(work: Work, runtime: Runtime, turns: int, most: float) -> Row:
    """Rates, memory and arithmetic of one work, and who waits for whom.

    `launching` is the share of a step after which the CPU has handed everything over to the GPU; near 1, the GPU waits
    for the CPU (or its queue of about a thousand kernels is full). `busy` is the share of the time in which the GPU
    computes. Both are None on a CPU; `busy` is also None where the profiler cannot see the GPU.

    Args:
        most: the ceiling in this precision, in GFLOP/s.
    """
    gc.collect()
    on_gpu = runtime.device.type == "cuda"
    if on_gpu:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    step = recipes.stepping(work.build(replace(runtime, graphs=work.graphs)))
    gflop = gigaflops(step)  # of the first step: a replayed one shows no operations
    for _ in range(WARM_UP):
        step()
    rate = rates({"step": step}, turns, SECONDS)["step"]
    memory = torch.cuda.max_memory_allocated() / 2**20 if on_gpu else None
    return {
        "outcome": OK,
        "steps/s": rate,
        "images/s": rate * work.images,
        "MiB": memory,
        "GFLOP": gflop,
        "TFLOP/s": rate * gflop / 1e3,
        "of ceiling": rate * gflop / most,
        "launching": launching(step) if on_gpu else None,
        "busy": busy(step, rate) if on_gpu else None,
    }


def launching(step: Callable[[], object]) -> float:
    """The share of a step, from an idle GPU to an idle GPU, until the call returns; median over steps."""
    shares = []
    for _ in range(LAUNCHES):
        wait()
        began = time.perf_counter()
        step()
        returned = time.perf_counter()
        wait()
        shares.append((returned - began) / (time.perf_counter() - began))
    return median(shares)


def busy(step: Callable[[], object], rate: float) -> float | None:
    """The time of a step's kernels, one after the other, as a share of a step's; None if no kernel was seen.

    Args:
        rate: steps a second without the profiler, which slows the CPU down but not the GPU.
    """
    if ProfilerActivity.CUDA not in supported_activities():
        return None
    with profile(activities=[ProfilerActivity.CUDA]) as seen:
        for _ in range(PROFILED):
            step()
        wait()
    kernels = [one for one in seen.events() if one.device_type.name == "CUDA" and not one.is_user_annotation]
    microseconds = sum(one.time_range.elapsed_us() for one in kernels)
    return microseconds / 1e6 / PROFILED * rate or None


def reading(runtime: Runtime, turns: int) -> Iterator[Row]:
    """Shuffled batches of images in colour, from packed arrays on disk to float tensors on the device."""
    for size in (64, 256):
        with tempfile.TemporaryDirectory() as folder:
            np.save(Path(folder) / "train.npy", recipes.noise(0, 1024, size, 3))
            batches = Batches(load_images(Path(folder), "train"), READ, (0,), runtime)
            steps = iter(range(10**9))

            def one(batches: Batches = batches, steps: Iterator[int] = steps) -> object:
                return to_float(batches.at(next(steps)))

            rate = rates({"batch": one}, turns, SECONDS)["batch"]
        yield {"name": f"reading {size}²", "outcome": OK, "images/s": rate * READ}
