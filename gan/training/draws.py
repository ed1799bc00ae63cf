"""Random numbers of one training step, from torch's global generator: a row for each image of this rank's part.

All ranks draw the rows of the whole batch, so an image gets the same numbers with any number of ranks. What is random
in a step is drawn by these functions, or is not of an image and equal on all ranks.
"""

import torch

from gan.training.ranks import ranks


def uniform(count: int, *shape: int, device: torch.device | None = None) -> torch.Tensor:
    """Numbers in [0, 1), float32 (count, *shape)."""
    return ranks().part(torch.rand(count * ranks().count, *shape, device=device))


def integers(below: int, count: int, *shape: int, device: torch.device | None = None) -> torch.Tensor:
    """Whole numbers in [0, below), int64 (count, *shape)."""
    return ranks().part(torch.randint(below, (count * ranks().count, *shape), device=device))


def normal_like(images: torch.Tensor) -> torch.Tensor:
    """Numbers from N(0, 1), of the shape and the type of (N, …)."""
    if ranks().count > 1:
        images = torch.cat([images] * ranks().count)
    return ranks().part(torch.randn_like(images))
