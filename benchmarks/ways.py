"""The ways to train a GAN by several ranks that we compared, in a few lines each: `python -m benchmarks.ways`.

Two small networks train for a few steps in float64, by one process and by two with each way. The table says how far
weights are apart from those of one process, or what went wrong. Fabric is compared if lightning-fabric is installed.
"""

import importlib.util
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

from gan.run.errors import clean_exit
from gan.training.frozen import frozen
from gan.training.penalties import zero_centred
from gan.training.ranks import ranks
from gan.training.sync_batch_norm import synchronised
from tests.ranked import by_ranks

STEPS, BATCH, LR = 4, 8, 0.1
PLAIN, R1, THROUGH, NORM = "alternating updates", "R1", "a frozen D is called through its wrapper", "BatchNorm over all"
CASES = [PLAIN, R1, THROUGH, NORM]


class Way(Protocol):
    """What differs from way to way."""

    name: str

    def norms(self, network: nn.Module) -> nn.Module:
        """The network, its BatchNorms over all ranks."""

    def wrapped(self, network: nn.Module) -> nn.Module:
        """The network as it is trained."""

    def inner(self, network: Any) -> nn.Module:
        """The network without its wrapper."""

    def backward(self, loss: torch.Tensor, network: nn.Module) -> None:
        """Compute the gradients of this network's weights: the mean over all ranks."""


class Sums:
    """Networks stay as they are; one flat sum averages gradients before each update."""

    name = "plain sums"

    def norms(self, network: nn.Module) -> nn.Module:
        return synchronised(network, wanted=True)

    def wrapped(self, network: nn.Module) -> nn.Module:
        return network

    def inner(self, network: Any) -> nn.Module:
        return network

    def backward(self, loss: torch.Tensor, network: nn.Module) -> None:
        loss.backward()
        ranks().average([one.grad for one in network.parameters() if one.grad is not None])


class DDP:
    """Hooks in `backward` average gradients."""

    name = "DistributedDataParallel"

    def norms(self, network: nn.Module) -> nn.Module:
        return nn.SyncBatchNorm.convert_sync_batchnorm(network)

    def wrapped(self, network: nn.Module) -> nn.Module:
        return DistributedDataParallel(network)

    def inner(self, network: Any) -> nn.Module:
        return network.module

    def backward(self, loss: torch.Tensor, network: nn.Module) -> None:  # noqa: ARG002
        loss.backward()


class Fabric(DDP):
    """DDP by another hand, which also moves data and casts."""

    name = "Lightning Fabric"

    def __init__(self) -> None:
        from lightning_fabric import Fabric as Lightning

        warnings.filterwarnings("ignore", "The `srun` command is available")
        os.environ |= {"LOCAL_RANK": str(ranks().rank), "NODE_RANK": "0"}  # so that it starts no processes itself
        self.fabric = Lightning(accelerator="cpu", devices=ranks().count, strategy="ddp", precision="64-true")
        self.fabric.launch()

    def wrapped(self, network: nn.Module) -> nn.Module:
        return self.fabric.setup(network)

    def backward(self, loss: torch.Tensor, network: nn.Module) -> None:  # noqa: ARG002
        self.fabric.backward(loss)


WAYS: list[type[Way]] = [Sums, DDP, *([Fabric] if importlib.util.find_spec("lightning_fabric") else [])]


def networks(norm: bool) -> tuple[nn.Module, nn.Module]:
    """G: (N, 4) → (N, 1, 6, 6), D: back to (N, 1); smooth, so that second derivatives are not 0."""
    torch.manual_seed(0)
    norms = [nn.BatchNorm2d(3)] if norm else []
    generator = nn.Sequential(nn.Linear(4, 36), nn.Tanh(), nn.Unflatten(1, (1, 6, 6)))
    discriminator = nn.Sequential(nn.Conv2d(1, 3, 3), *norms, nn.Softplus(), nn.Flatten(), nn.Linear(48, 1))
    return generator, discriminator


@contextmanager
def _in_float64() -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


@_in_float64()
def trained(way: Way, case: str) -> torch.Tensor:
    """All weights of both networks after a few steps."""
    g, d = (way.wrapped(way.norms(one)) for one in networks(case == NORM))
    updates = {one: torch.optim.SGD(one.parameters(), LR) for one in (g, d)}
    for step in range(STEPS):
        numbers = torch.Generator().manual_seed(step)
        real, z = (torch.randn(BATCH, *shape, generator=numbers) for shape in ((1, 6, 6), (4,)))
        real, fake = ranks().part(real), g(ranks().part(z))

        # (1) Update D: maximise log D(x) + log(1 - D(G(z))), less R1 of real images.
        loss = F.softplus(-d(real)).mean() + F.softplus(d(fake.detach())).mean()
        loss = loss + zero_centred(d, real) if case == R1 else loss
        updates[d].zero_grad()
        way.backward(loss, d)
        updates[d].step()

        # (2) Update G: maximise log D(G(z)).
        with frozen(d.parameters()):
            loss = F.softplus(-(d if case == THROUGH else way.inner(d))(fake)).mean()
        updates[g].zero_grad()
        way.backward(loss, g)
        updates[g].step()
    return torch.cat([one.detach().reshape(-1) for network in (g, d) for one in network.parameters()])


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Write the first sentence of an error into a file."""
    try:
        yield
    except (RuntimeError, ValueError, NotImplementedError) as error:
        path.write_text(str(error).strip().partition("\n")[0].partition(". ")[0])


def _rank(rank: int, folder: Path, way: type[Way], case: str) -> None:
    with _told(folder / f"error-{rank}"):
        torch.save(trained(way(), case), folder / f"{rank}.pt")


def apart(way: type[Way], case: str) -> float | str:
    """How far two ranks are from one process, at most; or why they did not come to the end."""
    alone = trained(Sums(), case)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        by_ranks(2, folder, _rank, folder, way, case)
        if errors := sorted(folder.glob("error-*")):
            return errors[0].read_text()
        return max(float((torch.load(folder / f"{rank}.pt") - alone).abs().max()) for rank in range(2))


def main() -> None:
    print(f"| | {' | '.join(way.name for way in WAYS)} |")
    print("|---" * (len(WAYS) + 1) + "|")
    for case in CASES:
        found = [apart(way, case) for way in WAYS]
        print(f"| {case} | {' | '.join(one if isinstance(one, str) else f'{one:.0e}' for one in found)} |", flush=True)


if __name__ == "__main__":
    with clean_exit():
        main()
