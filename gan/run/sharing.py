"""Share the images that go through a network among `devices`: a process for each GPU, or for a part of a CPU's cores.

The stages that make or score images use it. A batch holds the same images as in one process, so scores are the same.
"""

import hashlib
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.process import BaseProcess
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, TypeVar

import torch

from gan.run.errors import ParamsError, RankError

BATCHES = 4  # that a process gets at once: few, so that all are busy to the end
LOST = 10.0  # seconds in which the pool may notice by itself that a process has ended
FALLEN = (
    "one of the {} processes that share the images has ended, as if it was killed or lacked memory; run the same "
    "command again, or set devices to 1"
)


class Rows(Protocol):
    """Something of each image: an array or a tensor (N, …), or images on disk."""

    def __len__(self) -> int: ...

    def __getitem__(self, chosen: slice, /) -> Any: ...


class OnDevice(Protocol):
    """What says where a process computes, as `gan.core.runtime.Runtime` does."""

    @property
    def device(self) -> torch.device: ...


Runtime = TypeVar("Runtime", bound=OnDevice)
Part = TypeVar("Part")
Work = Callable[..., Iterator[Part]]


@dataclass(frozen=True)
class _Pool:
    executor: ProcessPoolExecutor
    devices: int
    folder: Path  # of the work that the processes do, each under the hash of its bytes
    processes: set[BaseProcess] = field(default_factory=set)  # all that there were


_ours: list[_Pool] = []
_gpu: list[int] = []  # of a process that was started to share work, if there are GPUs


@contextmanager
def sharing(devices: int, choose: Callable[[], Runtime]) -> Iterator[Runtime]:
    """Share work inside the block among `devices` of params.yaml; with one, this process does it all.

    Args:
        choose: makes the runtime, and torch's settings for the whole process; it can be pickled.

    Yields:
        The runtime.

    Raises:
        ParamsError: there are fewer GPUs.
        RankError: a process has ended.
    """
    runtime = choose()
    if devices == 1:
        yield runtime
        return
    on_gpu = runtime.device.type == "cuda"
    if on_gpu and devices > (there := torch.cuda.device_count()):
        raise ParamsError(f"devices: {devices}, but torch sees {there} CUDA devices; lower devices")
    context = get_context("spawn")  # a fork would hang in the threads of torch, and cannot use CUDA
    places: SimpleQueue[int] = context.SimpleQueue()
    for place in range(devices):
        places.put(place)
    threads = 0 if on_gpu else max(1, torch.get_num_threads() // devices)
    executor = ProcessPoolExecutor(devices, context, _begin, (places, choose, threads))
    folder = TemporaryDirectory(prefix="gan-")
    _ours.append(_Pool(executor, devices, Path(folder.name)))
    try:
        yield runtime
    except BrokenProcessPool as error:
        raise RankError(FALLEN.format(devices)) from error
    finally:
        _ours.pop()
        for process in active_children():
            process.kill()  # it may be busy for minutes, or wait for ever if another was killed while it read its work
        executor.shutdown(cancel_futures=True)
        folder.cleanup()


def shared(work: "Work[Part]", batch_size: int, *rows: Rows) -> Iterator[Part]:
    """What `work(*rows)` yields, in order; it gets a few batches at a time if there are several devices.

    Args:
        work: can be pickled, and treats each batch for itself.
        batch_size: rows that it treats at once.
        rows: all of the same length.
    """
    if not _ours or not len(rows[0]):
        yield from work(*rows)
        return
    pool = _ours[-1]
    path = _written(work, pool.folder)
    step, waiting = BATCHES * batch_size, deque[Future[list[Part]]]()
    for first in range(0, len(rows[0]), step):
        if len(waiting) == 2 * pool.devices:
            yield from _awaited(waiting.popleft(), pool)
        part = [one[first : first + step] for one in rows]
        with _deaf():
            waiting.append(pool.executor.submit(_made, path, part))
        pool.processes.update(active_children())
    while waiting:
        yield from _awaited(waiting.popleft(), pool)
    path.unlink()  # a training has many snapshots, each with a generator of its own


def _awaited(future: "Future[list[Part]]", pool: _Pool) -> list[Part]:
    """Its result. If a process was killed while it sent one, the pool hangs: then this process ends with an error."""
    looks = 0
    while wait([future], LOST).not_done and looks < 2:
        looks += any(process.exitcode is not None for process in pool.processes)
    if not future.done():
        print(f"error: {FALLEN.format(pool.devices)}", file=sys.stderr, flush=True)
        os._exit(1)  # Python's own end would wait for the pool
    return future.result()


@contextmanager
def _deaf() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait till the block ends; a process that starts in it never hears them: this one ends it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(places: "SimpleQueue[int]", choose: Callable[[], object], threads: int) -> None:
    """Prepare a new process: it ends with the one that has started it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    choose()  # for torch's settings
    if threads:
        torch.set_num_threads(threads)
    else:
        _gpu.append(places.get())


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
    os._exit(1)


def _written(work: "Work[Part]", folder: Path) -> Path:
    packed = pickle.dumps(work)
    path = folder / hashlib.sha256(packed).hexdigest()
    path.write_bytes(packed)
    return path


def _made(path: Path, rows: list[Any]) -> list[Part]:
    for number in _gpu:
        torch.cuda.set_device(number)  # not in `_begin`, whose errors have a stack trace: the GPU may be full
    return list(_read(path)(*rows))


@lru_cache(maxsize=3)  # an extractor, and the generators whose images it sees: CycleGAN has two
def _read(path: Path) -> "Work[Part]":
    work: Work[Part] = pickle.loads(path.read_bytes())  # noqa: S301 - this program has written it
    return work
