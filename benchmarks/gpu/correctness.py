"""Are results right on this device? A row for each thing that is checked."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.gpu import against_cpu, options, repeat, waits
from benchmarks.gpu.checks import Check, Clock, rows_of
from benchmarks.gpu.small import BUILDS
from gan.core.runtime import choose_runtime

PRECISIONS = ("fp32", "bf16")


def checks(accelerator: str) -> dict[str, Check]:
    """All checks, by name, in the order in which they run."""
    found: dict[str, Check] = {"TF32 switches that are on": _exact(against_cpu.flags, accelerator, "fp32")}
    for precision in PRECISIONS:
        for name, with_rate in against_cpu.BUILDS.items():
            check = partial(against_cpu.compared, with_rate)
            found[f"{name}, {precision} against float64"] = _exact(check, accelerator, precision)
        features = _exact(against_cpu.features, accelerator, precision)
        found[f"features, {precision} against float64"] = features
        for name, build in BUILDS.items():
            found[f"{name}, {precision}, trained twice"] = _exact(partial(repeat.twice, build), accelerator, precision)
            replayed, resumed = partial(repeat.replayed, build), partial(repeat.restored, build)
            found[f"{name}, {precision}, replayed"] = _exact(replayed, accelerator, precision)
            found[f"{name}, {precision}, saved and resumed"] = _exact(resumed, accelerator, precision)
    if choose_runtime(accelerator, "fp32", "exact").device.type == "cuda":
        for name, with_rate in against_cpu.BUILDS.items():
            check = partial(against_cpu.with_tf32, with_rate)
            found[f"{name}, if TF32 were on"] = _exact(check, accelerator, "fp32")
        for name, build in BUILDS.items():
            found[f"{name}, waits for the GPU in a step"] = _exact(partial(waits.waiting, build), accelerator, "fp32")
    for name in BUILDS:
        found[f"{name}, killed and resumed"] = _exact(partial(repeat.killed, name), accelerator, "fp32")
    return found | options.checks(accelerator)


def measure(accelerator: str, clock: Clock) -> Iterator[dict[str, Any]]:
    """The rows, each as soon as it is known."""
    yield from rows_of(checks(accelerator), clock)


def _exact(check: Any, accelerator: str, precision: str) -> Check:
    """The check, in `determinism: exact` and with CUDA graphs. Others may have changed torch's switches since."""

    def run() -> Any:
        return check(replace(choose_runtime(accelerator, precision, "exact"), graphs=True))

    return run
