"""What tells a discriminator that learns from one that has won or died."""

import torch


def health(real: torch.Tensor, fake: torch.Tensor) -> dict[str, torch.Tensor]:
    """`accuracy` and `spread` of a discriminator, as scalars on the device.

    `accuracy` is the share of images that it tells. `spread` is the standard deviation of what it says of all of them
    together: 0.5 where it tells all, 0 where it says the same of every image. At equilibrium accuracy is that of a
    coin, and so is a dead discriminator's; only the latter has no spread.

    Args:
        real, fake: what it says of real and of made images, of one shape, on a scale where 1 is real and 0 is made.
    """
    told = torch.cat([real > 0.5, fake < 0.5])
    return {"accuracy": told.float().mean(), "spread": torch.cat([real, fake]).float().std(correction=0)}
