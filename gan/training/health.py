"""Measures that distinguish a discriminator that learns from one that has won or is dead."""

import torch


def health(real: torch.Tensor, fake: torch.Tensor) -> dict[str, torch.Tensor]:
    """`accuracy` and `spread` of a discriminator, as scalars on the device.

    `accuracy` is the share of images that it classifies correctly. `spread` is the standard deviation of its outputs
    over all images: 0.5 if it classifies all correctly with certainty, 0 if its output is the same for every image. At
    equilibrium its accuracy is that of guessing, and so is a dead discriminator's; only the latter has no spread.

    Args:
        real, fake: its outputs for real and for generated images, of one shape, on a scale where 1 means real and 0
            generated.
    """
    told = torch.cat([real > 0.5, fake < 0.5])
    return {"accuracy": told.float().mean(), "spread": torch.cat([real, fake]).float().std(correction=0)}
