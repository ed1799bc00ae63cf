"""A second DCGAN, as in its paper and PyTorch's example, for tests to compare ours with.

It uses no code of `gan`, but Radford et al. 2015 (arXiv 1511.06434) and github.com/pytorch/examples/tree/main/dcgan.
"""

import torch
from torch import nn
from torch.nn import functional as F


def generator(z_dim: int, width: int, channels: int, size: int) -> nn.Sequential:
    """(N, z_dim, 1, 1) to (N, channels, size, size) in [-1, 1]; size 32, 64 or 128."""
    features = width * size // 8
    layers: list[nn.Module] = [
        nn.ConvTranspose2d(z_dim, features, kernel_size=4, stride=1, padding=0, bias=False),
        nn.BatchNorm2d(features),
        nn.ReLU(),
    ]
    while features > width:
        layers.append(nn.ConvTranspose2d(features, features // 2, kernel_size=4, stride=2, padding=1, bias=False))
        features //= 2
        layers += [nn.BatchNorm2d(features), nn.ReLU()]
    layers.append(nn.ConvTranspose2d(width, channels, kernel_size=4, stride=2, padding=1, bias=False))
    return nn.Sequential(*layers, nn.Tanh())


def discriminator(width: int, channels: int, size: int) -> nn.Sequential:
    """(N, channels, size, size) to the probability of being real, (N, 1, 1, 1)."""
    layers = [nn.Conv2d(channels, width, kernel_size=4, stride=2, padding=1, bias=False), nn.LeakyReLU(0.2)]
    features = width
    while features < width * size // 8:
        layers += [
            nn.Conv2d(features, features * 2, kernel_size=4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(features * 2),
            nn.LeakyReLU(0.2),
        ]
        features *= 2
    return nn.Sequential(*layers, nn.Conv2d(features, 1, kernel_size=4, stride=1, padding=0, bias=False), nn.Sigmoid())


class Training:
    """Both networks, an optimiser for each, and the example's loop body."""

    def __init__(self, generator: nn.Module, discriminator: nn.Module, lr: float, betas: tuple[float, float]) -> None:
        self.generator, self.discriminator = generator, discriminator
        self.g_adam = torch.optim.Adam(generator.parameters(), lr, betas, fused=False)
        self.d_adam = torch.optim.Adam(discriminator.parameters(), lr, betas, fused=False)

    def step(self, real: torch.Tensor, z: torch.Tensor) -> dict[str, float]:
        """Update on images (N, C, H, W) and latents (N, z_dim), by binary cross-entropy with labels 1 and 0."""
        ones, zeros = torch.ones(len(real), 1, 1, 1).to(real), torch.zeros(len(real), 1, 1, 1).to(real)

        self.discriminator.zero_grad()
        on_real = F.binary_cross_entropy(self.discriminator(real), ones)
        on_real.backward()
        fake = self.generator(z[:, :, None, None])
        on_fake = F.binary_cross_entropy(self.discriminator(fake.detach()), zeros)
        on_fake.backward()
        self.d_adam.step()

        self.generator.zero_grad()
        as_real = F.binary_cross_entropy(self.discriminator(fake), ones)
        as_real.backward(inputs=list(self.generator.parameters()))
        self.g_adam.step()
        return {"d_loss": on_real.item() + on_fake.item(), "g_loss": as_real.item()}
