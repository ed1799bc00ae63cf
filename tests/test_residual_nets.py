"""DCGAN's residual networks are those of SNGAN: their tables, their equations and their initial weights."""

from math import sqrt

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from gan.dcgan.train.nets import latents
from gan.dcgan.train.residual import Block, Discriminator, Generator
from gan.params.models.dcgan import DiscriminatorShape, GeneratorShape, Norm
from gan.training.spectra import normalised

Image = torch.Tensor


def shapes(width: int, z_dim: int = 128, norm: Norm = "none") -> tuple[GeneratorShape, DiscriminatorShape]:
    return (
        GeneratorShape(z_dim=z_dim, latent="normal", upsample="transposed", width=width),
        DiscriminatorShape(width=width, norm=norm, spectral_norm=False),
    )


@pytest.mark.parametrize(("norm", "channels"), [("none", 1), ("batch", 3), ("instance", 1), ("layer", 3)])
@pytest.mark.parametrize("size", [32, 64, 128, 256])
def test_latents_become_images_and_images_scores(size: int, norm: Norm, channels: int) -> None:
    of_g, of_d = shapes(2, 7, norm)
    images = Generator(of_g, size, channels)(latents(3, of_g))
    assert images.shape == (3, channels, size, size)
    assert images.abs().max() <= 1
    assert Discriminator(of_d, size, channels)(images).shape == (3,)


def flow(network: nn.Sequential, x: torch.Tensor) -> list[tuple[int, int]]:
    """Channels and side of what comes out of each block."""
    seen = []
    for layer in network:
        x = layer(x)
        if isinstance(layer, Block):
            seen.append((x.shape[1], x.shape[2]))
    return seen


@torch.no_grad()
def test_the_tables_of_cifar10() -> None:
    """Appendix B.4, table 4: 4×4×256 and three blocks of 256; four blocks of 128, of which two halve the image."""
    (of_g, _), (_, of_d) = shapes(256), shapes(128)
    generator, discriminator = Generator(of_g, 32, 3), Discriminator(of_d, 32, 3)
    assert flow(generator, torch.zeros(1, 128)) == [(256, 8), (256, 16), (256, 32)]
    assert flow(discriminator, torch.zeros(1, 3, 32, 32)) == [(128, 16), (128, 8), (128, 8), (128, 8)]
    of_block = 2 * 2 * 256 + 2 * (9 * 256 * 256 + 256) + 256 * 256 + 256
    assert parameters(generator) == 129 * 4096 + 3 * of_block + 2 * 256 + 9 * 256 * 3 + 3 == 4_276_739
    first = (9 * 3 * 128 + 128) + (9 * 128 * 128 + 128) + (3 * 128 + 128)
    others = 6 * (9 * 128 * 128 + 128) + 128 * 128 + 128  # only the block that halves has a convolution as its shortcut
    assert parameters(discriminator) == first + others + 128 == 1_053_824


@torch.no_grad()
@pytest.mark.parametrize(
    ("size", "made", "judged"),
    [
        (64, [(512, 8), (256, 16), (128, 32), (64, 64)], [(64, 32), (128, 16), (256, 8), (512, 4), (1024, 2)]),
        (
            128,
            [(1024, 8), (512, 16), (256, 32), (128, 64), (64, 128)],
            [(64, 64), (128, 32), (256, 16), (512, 8), (1024, 4), (1024, 4)],
        ),
        (
            256,
            [(1024, 8), (512, 16), (512, 32), (256, 64), (128, 128), (64, 256)],
            [(64, 128), (128, 64), (256, 32), (512, 16), (512, 8), (1024, 4), (1024, 4)],
        ),
    ],
)
def test_the_authors_networks_of_larger_images(
    size: int, made: list[tuple[int, int]], judged: list[tuple[int, int]]
) -> None:
    """Width 64, here 1: gen_models/resnet_64.py, resnet.py, resnet_dog_and_cat_256.py, and dis_models/snresnet*.py."""
    of_g, of_d = shapes(1, 8)
    assert flow(Generator(of_g, size, 3), torch.zeros(1, 8)) == [(channels // 64, side) for channels, side in made]
    seen = flow(Discriminator(of_d, size, 3), torch.zeros(1, 3, size, size))
    assert seen == [(channels // 64, side) for channels, side in judged]


@torch.no_grad()
def test_they_compute_what_the_authors_code_writes() -> None:
    """Doubling before each convolution of a generator's block, halving after each of a discriminator's."""
    torch.manual_seed(0)
    of_g, of_d = shapes(3, 5)
    generator, discriminator = Generator(of_g, 32, 3).double(), Discriminator(of_d, 32, 3).double()
    for weight in [*generator.parameters(), *discriminator.parameters()]:
        weight.add_(torch.randn_like(weight) * 0.1)  # biases and BatchNorm too
    z, x = torch.randn(4, 5).double(), torch.randn(4, 3, 32, 32).double()
    torch.testing.assert_close(generator(z), theirs_generator([*generator.parameters()], z))
    torch.testing.assert_close(discriminator(x), theirs_discriminator([*discriminator.parameters()], x))


def theirs_generator(weights: list[torch.Tensor], z: torch.Tensor) -> Image:
    """gen_models/resnet_32.py and resblocks.py, in training mode, with weights in the order of our layers."""
    left = iter(weights)

    def norm_relu(h: Image) -> Image:
        return F.relu(F.batch_norm(h, None, None, next(left), next(left), training=True))

    def doubled(h: Image) -> Image:
        return h.repeat_interleave(2, 2).repeat_interleave(2, 3)

    h = F.linear(z, next(left), next(left)).reshape(len(z), -1, 4, 4)
    for _ in range(3):
        branch = F.conv2d(doubled(norm_relu(h)), next(left), next(left), padding=1)
        branch = F.conv2d(norm_relu(branch), next(left), next(left), padding=1)
        h = branch + F.conv2d(doubled(h), next(left), next(left))
    return torch.tanh(F.conv2d(norm_relu(h), next(left), next(left), padding=1))


def theirs_discriminator(weights: list[torch.Tensor], x: Image) -> torch.Tensor:
    """dis_models/snresnet_32.py and resblocks.py, without spectral norm."""
    left = iter(weights)

    def convolved(h: Image, padding: int) -> Image:
        return F.conv2d(h, next(left), next(left), padding=padding)

    branch = F.avg_pool2d(convolved(F.relu(convolved(x, 1)), 1), 2)
    h = branch + convolved(F.avg_pool2d(x, 2), 0)
    branch = F.avg_pool2d(convolved(F.relu(convolved(F.relu(h), 1)), 1), 2)
    h = branch + F.avg_pool2d(convolved(h, 0), 2)
    for _ in range(2):
        h = convolved(F.relu(convolved(F.relu(h), 1)), 1) + h
    return F.linear(F.relu(h).sum((2, 3)), next(left)).flatten()


def test_the_score_has_a_bias_beyond_32_pixels_as_in_dis_models_snresnet_64() -> None:
    heads = [[*Discriminator(shapes(4, 4)[1], size, 3).modules()] for size in (32, 64, 128, 256)]
    linears = [[layer for layer in modules if isinstance(layer, nn.Linear)] for modules in heads]
    assert [one.bias is not None for (one,) in linears] == [False, True, True, True]


def test_weights_start_from_xaviers_uniform_distribution() -> None:
    """Its bound is gain · √(6 / (inputs + outputs)), each times the kernel's area; biases start from 0."""
    torch.manual_seed(0)
    of_g, of_d = shapes(8, 16)
    seen = set()
    for network in (Generator(of_g, 64, 3), Discriminator(of_d, 64, 3)):
        for name, layer in network.named_modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                outputs, inputs, *kernel = layer.weight.shape
                gain = sqrt(2) if "branch" in name else 1.0
                bound = gain * sqrt(6 / ((inputs + outputs) * (kernel[0] ** 2 if kernel else 1)))
                assert layer.weight.abs().max().item() == pytest.approx(bound, rel=0.05)
                assert layer.weight.abs().max().item() <= bound * 1.000001
                assert layer.bias is None or not layer.bias.any()
                seen.add((type(layer).__name__, gain))
    assert seen == {("Conv2d", sqrt(2)), ("Conv2d", 1.0), ("Linear", 1.0)}


def test_spectral_norm_bounds_every_layer() -> None:
    torch.manual_seed(0)
    _, of_d = shapes(4)
    network = normalised(Discriminator(of_d, 32, 3), wanted=True).eval()
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    assert len(layers) == 2 * 4 + 2 + 1
    for layer in layers:
        assert torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item() == pytest.approx(1, rel=0.02)


def parameters(network: nn.Module) -> int:
    return sum(weight.numel() for weight in network.parameters())
