"""DCGAN's networks: the shapes, layers and initial weights of the paper."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from gan.dcgan.sampling import walk_line, walk_sphere
from gan.dcgan.train.layers import UpsampledConv2d
from gan.dcgan.train.nets import OFF, Discriminator, Generator, described, latents
from gan.params.models.dcgan import DiscriminatorShape, GeneratorShape
from tests.papers import DCGAN_D

G, D = (
    GeneratorShape(z_dim=100, latent="normal", upsample="transposed", width=64),
    DiscriminatorShape(width=64, **DCGAN_D),
)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [32, 64, 128, 256])
def test_latents_become_images_and_images_logits(size: int, channels: int) -> None:
    narrow_g, narrow_d = (
        GeneratorShape(z_dim=7, latent="normal", upsample="transposed", width=4),
        DiscriminatorShape(width=4, **DCGAN_D),
    )
    images = Generator(narrow_g, size, channels)(latents(3, narrow_g))
    assert images.shape == (3, channels, size, size)
    assert images.abs().max() <= 1
    assert Discriminator(narrow_d, size, channels)(images).shape == (3,)


def test_the_papers_network_for_64_pixels() -> None:
    """Figure 1: 1024 channels at 4×4, halved as the image doubles; here from width 128."""
    network = Generator(GeneratorShape(z_dim=100, latent="normal", upsample="transposed", width=128), 64, 3)
    convolutions = [layer for layer in network if isinstance(layer, nn.ConvTranspose2d)]
    assert [layer.out_channels for layer in convolutions] == [1024, 512, 256, 128, 3]
    assert [layer.stride for layer in convolutions] == [(1, 1), *[(2, 2)] * 4]
    assert isinstance(network[-1], nn.Tanh)


def test_a_convolution_after_resizing_is_one_transposed_convolution() -> None:
    """Values and gradients are those of torch's resizing, followed by its convolution, in float64."""
    torch.manual_seed(0)
    layer, x = UpsampledConv2d(5, 3).double(), torch.randn(2, 5, 4, 6, dtype=torch.float64, requires_grad=True)
    resized = nn.functional.conv2d(nn.functional.interpolate(x, scale_factor=2), layer.weight, padding=1)
    torch.testing.assert_close(layer(x), resized)
    upstream = torch.randn_like(resized)
    ours, theirs = (torch.autograd.grad(made, (x, layer.weight), upstream) for made in (layer(x), resized))
    torch.testing.assert_close(ours, theirs)


def test_a_generator_that_resizes_makes_no_checkerboard() -> None:
    """Of a plain feature map, a transposed convolution makes a pattern of 2×2 pixels; resizing leaves it plain."""
    torch.manual_seed(0)
    resizing = G.model_copy(update={"upsample": "resize"})
    for shape, plain in ((G, False), (resizing, True)):
        *_, last, _ = Generator(shape, 64, 1)
        inside = last(torch.ones(1, 64, 32, 32))[0, 0, 2:-2, 2:-2]
        assert (inside.std().item() < 1e-6) == plain
    assert Generator(resizing, 64, 3)(latents(2, resizing)).shape == (2, 3, 64, 64)


def test_a_checkpoint_names_upsampling_only_if_it_resizes() -> None:
    """So checkpoints of the paper's layers have the same bytes as before there was a choice."""
    for upsample in ("transposed", "resize"):
        shape = G.model_copy(update={"upsample": upsample})
        kept = described(shape)
        assert ("upsample" in kept) == (upsample == "resize")
        assert GeneratorShape.model_validate(OFF | kept) == shape


def test_parameters_of_all_sizes() -> None:
    """Counted by hand: kernels of 4×4 without bias, and two numbers for each channel that has a norm."""
    generators, discriminators = {}, {}
    for size in (32, 64, 128, 256):
        generators[size] = parameters(Generator(G, size, 3))
        discriminators[size] = parameters(Discriminator(D, size, 3))
    inner = {32: [64, 128, 256], 64: [64, 128, 256, 512], 128: [64, 128, 256, 512, 1024]}
    inner[256] = [*inner[128], 1024]  # no layer is wider than at 128²
    for size, widths in inner.items():
        between = 16 * sum(one * other for one, other in pairwise(widths)) + 16 * 64 * 3
        assert generators[size] == between + 16 * 100 * widths[-1] + 2 * sum(widths)
        assert discriminators[size] == between + 16 * widths[-1] + 2 * sum(widths[1:])
    assert (generators[256], discriminators[256]) == (29_565_824, 27_943_680)


def parameters(network: nn.Module) -> int:
    return sum(weight.numel() for weight in network.parameters())


def test_no_norm_at_the_discriminators_input_and_output() -> None:
    kinds = [type(layer).__name__ for layer in Discriminator(D, 32, 1)]
    assert kinds == ["Conv2d", "LeakyReLU", *["Conv2d", "BatchNorm2d", "LeakyReLU"] * 2, "Conv2d", "Flatten"]
    slopes = [layer.negative_slope for layer in Discriminator(D, 32, 1) if isinstance(layer, nn.LeakyReLU)]
    assert slopes == [0.2] * 3


def test_weights_start_from_a_normal_of_deviation_2_hundredths() -> None:
    torch.manual_seed(0)
    for network in (Generator(G, 32, 1), Discriminator(D, 32, 1)):
        convolutions = [m.weight for m in network if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
        weights = torch.cat([weight.detach().ravel() for weight in convolutions])
        assert weights.mean().item() == pytest.approx(0, abs=2e-4)
        assert weights.std().item() == pytest.approx(0.02, rel=0.01)
        norms = torch.cat([m.weight.detach() for m in network if isinstance(m, nn.BatchNorm2d)])
        assert norms.mean().item() == pytest.approx(1, abs=5e-3)


def test_latents_have_the_distribution_asked_for() -> None:
    torch.manual_seed(0)
    normal, uniform = (latents(2000, G.model_copy(update={"latent": latent})) for latent in ("normal", "uniform"))
    assert uniform.abs().max() <= 1
    for z, deviation in ((normal, 1.0), (uniform, 3**-0.5)):
        assert z.shape == (2000, 100)
        assert z.mean().item() == pytest.approx(0, abs=0.01)
        assert z.std().item() == pytest.approx(deviation, rel=0.01)


def test_walks_go_from_one_latent_to_the_other() -> None:
    z = latents(6, G, torch.Generator().manual_seed(0))
    line, sphere = walk_line(z, 5).unflatten(0, (3, 5)), walk_sphere(z, 5).unflatten(0, (3, 5))
    for walk in (line, sphere):
        torch.testing.assert_close(walk[:, 0], z[0::2])
        torch.testing.assert_close(walk[:, -1], z[1::2])
    torch.testing.assert_close(line[:, 2], (z[0::2] + z[1::2]) / 2)
    assert sphere[:, 2].norm(dim=-1).min() > 0.9 * z.norm(dim=-1).min()  # the line's middle is nearer to 0
    assert line[:, 2].norm(dim=-1).max() < 0.9 * z.norm(dim=-1).min()
