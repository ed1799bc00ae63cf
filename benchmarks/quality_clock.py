"""The clock of benchmarks/quality: it runs in training alone, and stops when the images are good."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from gan.core.images import Uint8


@dataclass(frozen=True)
class Way:
    """A training: its steps, and its images by output, uint8 (N, H, W, C)."""

    name: str
    step: Callable[[int], object]
    images: Callable[[], dict[str, Uint8]]
    steps: int | None = None  # None: without an end


@dataclass(frozen=True)
class Point:
    """A place on a curve: `seconds` is training alone."""

    way: str
    step: int
    seconds: float
    kid: float


def curve(way: Way, kid: Callable[[dict[str, Uint8]], float], every: float) -> Iterator[Point]:
    """KID before training, then after each `every` seconds of it, and at its end."""
    seconds, due = 0.0, 0.0
    for step in count():
        ended = step == way.steps
        if seconds >= due or ended:
            yield Point(way.name, step, seconds, kid(way.images()))
            due = seconds + every
        if ended:
            return
        began = time.perf_counter()
        way.step(step)
        seconds += time.perf_counter() - began


def until(
    way: Way, kid: Callable[[dict[str, Uint8]], float], every: float, target: float, most: float = float("inf")
) -> list[Point]:
    """The curve up to this KID, or to the most seconds."""
    found = []
    for point in curve(way, kid, every):
        found.append(point)
        print(
            f"{point.way}: step {point.step}, {point.seconds:.0f} s, KID {point.kid:.4f}, to {target:.4f}", flush=True
        )
        if point.kid <= target or point.seconds >= most:
            break
    return found
