"""torch's random numbers, seeded by purpose and step (`gan/core/streams.py`)."""

import torch

from gan.core.streams import Stream, mixed


def seed_torch(stream: Stream, *key: int) -> None:
    """Seed torch's global generators, on every device, from a purpose and a few integers such as (seed, step)."""
    torch.manual_seed(mixed(stream, key))


def torch_generator(stream: Stream, *key: int) -> torch.Generator:
    """A new CPU generator of torch, seeded as in `seed_torch`."""
    return torch.Generator().manual_seed(mixed(stream, key))
