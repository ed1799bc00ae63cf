"""Share the images that go through a network among `devices`: a process for each GPU, or for a part of a CPU's cores.

The stages that make or score images use it. A batch holds the same images as in one process, so scores are the same.
"""

import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.queues import SimpleQueue
from typing import Any, Protocol, TypeVar

import torch

from gan.core.runtime import choose_runtime, refuse_too_few
from gan.params.schema import Params
from gan.run.errors import RankError

BATCHES = 4  # that a process gets at once: few, so that all are busy to the end


class Rows(Protocol):
    """Something of each image: an array or a tensor (N, …), or images on disk."""

    def __len__(self) -> int: ...

    def __getitem__(self, chosen: slice, /) -> Any: ...


Part = TypeVar("Part")
Work = Callable[..., Iterator[Part]]


@dataclass(frozen=True)
class _Pool:
    executor: ProcessPoolExecutor
    devices: int


_ours: list[_Pool] = []
_gpu: list[int] = []  # of a process that was started to share work, if there are GPUs


@contextmanager
def sharing(p: Params) -> Iterator[None]:
    """Share work inside the block among `devices` of params.yaml; with one, this process does it all.

    Raises:
        ParamsError: there are fewer GPUs.
        RankError: a process has ended.
    """
    if p.devices == 1:
        yield
        return
    wanted = p.accelerator, p.precision, p.determinism
    on_gpu = choose_runtime(*wanted).device.type == "cuda"
    if on_gpu:
        refuse_too_few(p.devices)
    context = get_context("spawn")  # a fork would hang in the threads of torch, and cannot use CUDA
    places: SimpleQueue[int] = context.SimpleQueue()
    for place in range(p.devices):
        places.put(place)
    threads = 0 if on_gpu else max(1, torch.get_num_threads() // p.devices)
    executor = ProcessPoolExecutor(p.devices, context, _begin, (places, wanted, threads))
    _ours.append(_Pool(executor, p.devices))
    try:
        yield
    except BrokenProcessPool as error:
        raise RankError(
            f"one of the {p.devices} processes that share the images has ended, as if it was killed or lacked memory; "
            "run the same command again, or set devices to 1"
        ) from error
    finally:
        _ours.pop()
        for process in active_children():
            process.kill()  # it may be busy for minutes, or wait for ever if another was killed while it read its work
        executor.shutdown(cancel_futures=True)


def shared(work: "Work[Part]", batch_size: int, *rows: Rows) -> Iterator[Part]:
    """What `work(*rows)` yields, in order; it gets a few batches at a time if there are several devices.

    Args:
        work: can be pickled, and treats each batch for itself.
        batch_size: rows that it treats at once.
        rows: all of the same length.
    """
    if not _ours:
        yield from work(*rows)
        return
    pool, packed = _ours[-1], pickle.dumps(work)
    step, waiting = BATCHES * batch_size, deque[Future[list[Part]]]()
    for first in range(0, len(rows[0]), step):
        if len(waiting) == 2 * pool.devices:
            yield from waiting.popleft().result()
        part = [one[first : first + step] for one in rows]
        with _deaf():
            waiting.append(pool.executor.submit(_made, packed, part))
    while waiting:
        yield from waiting.popleft().result()


@contextmanager
def _deaf() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait till the block ends; a process that starts in it never hears them: this one ends it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(places: "SimpleQueue[int]", wanted: tuple[str, str, str], threads: int) -> None:
    """Prepare a new process: it ends with the one that has started it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    choose_runtime(*wanted)  # for torch's settings
    if threads:
        torch.set_num_threads(threads)
    else:
        _gpu.append(places.get())


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
    os._exit(1)


def _made(packed: bytes, rows: list[Any]) -> list[Part]:
    for number in _gpu:
        torch.cuda.set_device(number)  # fails on a full GPU; in `_begin`, Python would print a stack trace
    return list(_unpacked(packed)(*rows))


@lru_cache(maxsize=3)  # an extractor, and the generators whose images it sees: CycleGAN has two
def _unpacked(packed: bytes) -> "Work[Part]":
    work: Work[Part] = pickle.loads(packed)  # noqa: S301 - this program has packed it
    return work
