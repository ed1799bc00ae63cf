"""Use a network without gradients of its weights."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def frozen(parameters: Iterable[nn.Parameter]) -> Iterator[None]:
    """Compute no gradients for these parameters inside the block; gradients still flow through them."""
    borrowed = [parameter for parameter in parameters if parameter.requires_grad]
    for parameter in borrowed:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in borrowed:
            parameter.requires_grad_(True)
