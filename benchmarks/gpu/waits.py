"""Does the CPU wait for the GPU within a step?"""

import warnings

import torch

from benchmarks.gpu.checks import Found
from benchmarks.gpu.small import Build, built
from gan.core.runtime import Runtime

FIRST, STEPS = 6, 5  # the first ones allocate memory, choose kernels and record graphs
CALLED = "called a synchronizing CUDA operation"


def waiting(build: Build, runtime: Runtime) -> dict[str, Found]:
    """The times that a step makes the CPU wait, as torch's own debugging aid counts them; the note says where."""
    recipe = built(build, runtime)
    for step in range(FIRST):
        recipe.step(step)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        torch.cuda.set_sync_debug_mode("warn")
        try:
            for step in range(FIRST, FIRST + STEPS):
                recipe.step(step)
        finally:
            torch.cuda.set_sync_debug_mode("default")
    places = [f"{one.filename.rpartition('/')[2]}:{one.lineno}" for one in seen if CALLED in str(one.message)]
    return {"": Found(len(places) / STEPS, note=", ".join(dict.fromkeys(places)) or "none")}
