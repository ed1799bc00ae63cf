"""Start the ranks that params.yaml asks for, or join those that torchrun or Slurm has started."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta

import torch
import torch.distributed as dist

from gan.core.runtime import Runtime, choose_runtime
from gan.params.schema import Params
from gan.run.errors import ParamsError
from gan.run.followers import Followers
from gan.run.names import COUNT, LED, LOCAL, MEET, RANK
from gan.training.ranks import Ranks, Several, among, ranks

PATIENCE = timedelta(minutes=5)  # that a rank waits for the others, as while the first one draws previews or saves


@dataclass(frozen=True)
class Place:
    """Which of several processes this one is."""

    rank: int
    count: int  # of all ranks
    local: int  # which of its machine's devices is its own


def place_of(p: Params, model: str) -> Place:
    """The place of this process in the training of a model.

    Raises:
        ParamsError: the batch cannot be shared equally, the ranks that were started are not those asked for, or the
            variables of this process tell no place.
    """
    wanted, asked = p.devices * p.num_nodes, f"devices: {p.devices}, num_nodes: {p.num_nodes}"
    place = _told() if RANK in os.environ else Place(0, wanted, 0)
    if RANK not in os.environ and p.num_nodes > 1:
        raise ParamsError(
            f"{asked}, but this process was started alone; start one for each device by torchrun or srun "
            "(docs/scale.md), or set num_nodes to 1"
        )
    if place.count != wanted:
        raise ParamsError(
            f"{asked}, but {COUNT} is {place.count}; set their product to it, or unset {RANK} to start alone"
        )
    batch_size = getattr(p, f"train_{model}").batch_size
    if batch_size % wanted:
        raise ParamsError(
            f"train_{model}.batch_size: {batch_size} cannot be shared equally by {wanted} ranks ({asked}); set it to a "
            f"multiple of {wanted}, or devices to 1"
        )
    return place


def _told() -> Place:
    """The place that the variables of this process tell, as torchrun sets them."""
    rank, count, local = (_whole(name, other) for name, other in ((RANK, 0), (COUNT, 1), (LOCAL, 0)))
    if rank >= count:
        raise ParamsError(f"{RANK} is {rank}, but {COUNT} is {count}; number the ranks from 0 to {count - 1}")
    missing = [name for name in MEET if not os.environ.get(name)]
    if count > 1 and missing:
        raise ParamsError(
            f"{RANK} is {rank}, but {' and '.join(missing)} {'are' if missing[1:] else 'is'} not set; tell there "
            f"where the first rank waits for the others (docs/scale.md), or unset {RANK} to start alone"
        )
    return Place(rank, count, local)


def _whole(name: str, other: int) -> int:
    text = os.environ.get(name, str(other))
    if not text.isdecimal():
        raise ParamsError(f"{name} is {text!r}, not a whole number from 0; set it, or unset {RANK} to start alone")
    return int(text)


def runtime_of(place: Place, p: Params) -> Runtime:
    """Where and how this rank computes: on a GPU of its own, or with its share of the machine's cores.

    Raises:
        ParamsError: there is no such GPU.
    """
    runtime = replace(choose_runtime(p.accelerator, p.precision, p.determinism), graphs=p.cuda_graphs)
    if place.count == 1:
        return runtime
    if runtime.device.type == "cuda":
        if p.devices > (there := torch.cuda.device_count()):
            raise ParamsError(f"devices: {p.devices}, but torch sees {there} CUDA devices; lower devices")
        torch.cuda.set_device(place.local)
        # A recorded step cannot talk to other ranks.
        return replace(runtime, device=torch.device("cuda", place.local), graphs=False)
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(max(1, torch.get_num_threads() // p.devices))
    return runtime


@contextmanager
def placed(place: Place, runtime: Runtime) -> Iterator[None]:
    """Be this rank inside the block; it need not be connected with the others yet."""
    with among(Several(place.rank, place.count, runtime.device) if place.count > 1 else Ranks()):
        yield


@contextmanager
def together(stage: str) -> Iterator[None]:
    """Be connected with the other ranks inside the block; those that this process has started end with it.

    Raises:
        RankError: one has ended, or is silent.
    """
    ours = ranks()
    if not isinstance(ours, Several):
        yield
        return
    with nullcontext() if RANK in os.environ else Followers(stage, ours.count) as followers:
        if not followers and LED not in os.environ:
            place = ":".join(os.environ[name] for name in MEET)
            print(f"{stage}: rank {ours.rank} of {ours.count} meets the others at {place}", file=sys.stderr, flush=True)
        ours.connect(f"tcp://127.0.0.1:{followers.port}" if followers else "env://", PATIENCE)
        yield
        dist.destroy_process_group()
