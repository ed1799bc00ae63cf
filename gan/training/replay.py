"""CUDA graphs: a GPU repeats the kernels of a training step without waiting for Python to launch each of them."""

from collections.abc import Callable
from functools import partial

import torch

from gan.core.runtime import Runtime

Scalars = dict[str, torch.Tensor]
Work = Callable[..., tuple[Scalars, tuple[torch.Tensor, ...]]]
WARM_UP = 3  # calls before it is recorded, in which libraries choose kernels and allocate memory


class Replayed:
    """A part of a training step that is recorded once and then replayed, if the runtime wants graphs.

    Networks as small as CycleGAN's keep a fast GPU busy for a tenth of the time; in the rest it waits for the next
    kernel. The same kernels run in the same order, so the results are the same.

    Args:
        work: from tensors of fixed shapes to scalars by name, and other tensors. Beside these it may change weights,
            buffers and optimisers. What it does in Python happens only when it is recorded.
    """

    def __init__(self, work: Work, runtime: Runtime) -> None:
        self.work = work
        self.wanted = runtime.graphs and runtime.device.type == "cuda"
        self.calls = 0
        self.graph: torch.cuda.CUDAGraph | None = None

    def __call__(self, *inputs: torch.Tensor) -> tuple[Scalars, tuple[torch.Tensor, ...]]:
        """The results of `work`. Tensors that are no scalars are overwritten by the next call."""
        if not self.wanted or self.calls < WARM_UP:
            self.calls += 1
            return self.work(*inputs)
        if self.graph is None:
            self.graph = self._record(inputs)
        for place, value in zip(self.inputs, inputs, strict=True):
            place.copy_(value)
        self.graph.replay()
        scalars = self.scalars.clone().unbind() if self.names else ()
        return dict(zip(self.names, scalars, strict=True)), self.tensors

    def _record(self, inputs: tuple[torch.Tensor, ...]) -> torch.cuda.CUDAGraph:
        self.inputs = [value.clone() for value in inputs]
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            scalars, self.tensors = self.work(*self.inputs)
            self.names = [*scalars]
            self.scalars = torch.stack([value.float() for value in scalars.values()]) if scalars else torch.empty(0)
        return graph


def by_penalty(work: Callable[..., tuple[Scalars, tuple[torch.Tensor, ...]]], runtime: Runtime) -> dict[bool, Replayed]:
    """`work` for steps without and with penalties, which are its first argument."""
    return {penalised: Replayed(partial(work, penalised), runtime) for penalised in (False, True)}
