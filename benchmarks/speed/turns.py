"""Rates of several ways to do the same work, measured in turns: the noise of a busy machine hits all of them."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

SECONDS = 2.0  # of one turn, at least


def rates(ways: dict[str, Callable[[], object]], turns: int, seconds: float = SECONDS) -> dict[str, float]:
    """Calls a second of each way: the median over turns of so many seconds."""
    calls = {name: _calls(way, seconds) for name, way in ways.items()}
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(turns):
        for name, way in ways.items():
            began = time.perf_counter()
            for _ in range(calls[name]):
                way()
            wait()
            found[name].append(calls[name] / (time.perf_counter() - began))
    return {name: median(one) for name, one in found.items()}


def gigaflops(way: Callable[[], object]) -> float:
    """Arithmetic of one call in 10⁹ operations, as torch counts it: a multiplication and an addition are two."""
    with _Counter() as counter:  # type: ignore[no-untyped-call]
        way()
    return counter.operations / 1e9


class _Counter(TorchDispatchMode):
    """torch's FlopCounterMode without its hooks in backward, which refuse a penalty's gradient of a gradient."""

    operations = 0.0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        if count := flop_registry.get(func.overloadpacket):
            self.operations += count(*args, **(kwargs or {}), out_val=out)
        return out


def _calls(way: Callable[[], object], seconds: float) -> int:
    """How often to call it in a turn; the first call warms up."""
    way()
    wait()
    began = time.perf_counter()
    way()
    wait()
    return max(1, round(seconds / (time.perf_counter() - began)))


def wait() -> None:
    """Wait until a GPU has done what it was asked to do."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
