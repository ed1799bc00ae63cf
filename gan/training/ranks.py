"""The ranks of a training: processes that train together, each on its part of every batch. Usually there is one.

Every rank has all networks. All draw the random numbers of whole batches and take their own rows (`draws.py`), and
gradients are averaged over all ranks before an optimiser uses them. So the same batches give the same training with any
number of ranks, but for the order of sums.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import NDArray

from gan.run.errors import RankError
from gan.run.interrupts import interruptible

Rows = TypeVar("Rows", torch.Tensor, NDArray[np.int64])


class Ranks:
    """One process alone: all is left as it is."""

    rank, count = 0, 1

    def part(self, whole: Rows) -> Rows:
        """This rank's rows of a whole batch (N, …): the first rank has the first."""
        return whole

    def gathered(self, rows: torch.Tensor) -> torch.Tensor:
        """The whole batch (N, …), from each rank's rows of it; no gradient flows through."""
        return rows

    def stacked(self, own: torch.Tensor) -> torch.Tensor:
        """The tensors of all ranks, (count, …); gradients flow back to each."""
        return own[None]

    def average(self, gradients: list[torch.Tensor]) -> None:
        """Replace each gradient by its mean over all ranks."""

    def averaged(self, scalars: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Scalars by name, each the mean over all ranks."""
        return scalars

    def tell(self, state: dict[str, Any]) -> None:
        """Send a state to all other ranks, which call `told`; only the first rank may."""

    def told(self) -> dict[str, Any]:
        """The state that the first rank tells, its tensors on the CPU; only the others may ask for it."""
        raise NotImplementedError


_ours = [Ranks()]


def ranks() -> Ranks:
    """The ranks that this process trains with; like torch's generators they belong to the whole process."""
    return _ours[-1]


@contextmanager
def among(some: Ranks) -> Iterator[None]:
    """Train with these ranks inside the block."""
    _ours.append(some)
    try:
        yield
    finally:
        _ours.pop()


class Several(Ranks):
    """One of several ranks. What talks to the others needs torch's default process group, and all must call it.

    Args:
        rank: of this process, from 0.
        count: ranks, at least 2; every batch can be divided by it.
        device: where this rank computes.

    Raises:
        RankError: from each of its methods that talk to the others: one has ended, or was silent for too long.
    """

    def __init__(self, rank: int, count: int, device: torch.device) -> None:
        self.rank, self.count, self.device = rank, count, device

    def connect(self, address: str, patience: timedelta) -> None:
        """Join torch's default process group.

        Args:
            address: where all ranks meet, as `init_process_group` has it.
            patience: how long one waits for another.
        """
        backend = "nccl" if self.device.type == "cuda" else "gloo"

        def join() -> None:
            dist.init_process_group(
                backend, init_method=address, rank=self.rank, world_size=self.count, timeout=patience
            )

        with _reached():
            interruptible(join)

    def part(self, whole: Rows) -> Rows:
        own = len(whole) // self.count
        return whole[self.rank * own : (self.rank + 1) * own]

    def gathered(self, rows: torch.Tensor) -> torch.Tensor:
        rows = rows.detach()
        wide = torch.promote_types(rows.dtype, torch.float32)  # the gloo of older torches cannot send bfloat16
        whole = rows.new_zeros(len(rows) * self.count, *rows.shape[1:], dtype=wide)
        self.part(whole).copy_(rows)
        return self.summed(whole).to(rows.dtype)

    def stacked(self, own: torch.Tensor) -> torch.Tensor:
        nothing = torch.zeros_like(own)
        total: torch.Tensor = _Summed.apply(
            torch.stack([own if rank == self.rank else nothing for rank in range(self.count)]), self
        )
        return total

    def average(self, gradients: list[torch.Tensor]) -> None:
        flat = self.summed(torch.cat([one.reshape(-1) for one in gradients])).div_(self.count)
        for one, mean in zip(gradients, flat.split([one.numel() for one in gradients]), strict=True):
            one.copy_(mean.view_as(one))

    def averaged(self, scalars: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        means = self.summed(torch.stack([value.double() for value in scalars.values()])).div_(self.count)
        return dict(zip(scalars, means.unbind(), strict=True))

    def tell(self, state: dict[str, Any]) -> None:
        buffer = io.BytesIO()
        torch.save(state, buffer)
        content = torch.frombuffer(buffer.getbuffer(), dtype=torch.uint8).to(self.device)
        with _reached():
            dist.broadcast(torch.tensor(len(content), device=self.device), 0)
            dist.broadcast(content, 0)

    def told(self) -> dict[str, Any]:
        with _reached():
            size = torch.tensor(0, device=self.device)
            dist.broadcast(size, 0)
            content = torch.empty(int(size), dtype=torch.uint8, device=self.device)
            dist.broadcast(content, 0)
        state: dict[str, Any] = torch.load(
            io.BytesIO(content.cpu().numpy().tobytes()), map_location="cpu", weights_only=True
        )
        return state

    def summed(self, tensor: torch.Tensor) -> torch.Tensor:
        """The tensor, in place, summed over all ranks: the same bits in each."""
        with _reached():
            dist.all_reduce(tensor)
        return tensor


class _Summed(torch.autograd.Function):
    """A sum over ranks. As each rank's loss depends on it, so does a gradient, which is summed over ranks too."""

    @staticmethod
    def forward(context: Any, tensor: torch.Tensor, several: Several) -> torch.Tensor:
        context.several = several
        return several.summed(tensor.clone())

    @staticmethod
    def backward(context: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        total: torch.Tensor = _Summed.apply(gradients[0], context.several)
        return total, None


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        reason = re.sub(r"^\[.*?\] ", "", str(error).strip()).partition("\n")[0].partition(". ")[0]
        raise RankError(
            f"another rank of this training has ended or is silent ({reason}); the same command goes on from the last "
            "saved state"
        ) from error
