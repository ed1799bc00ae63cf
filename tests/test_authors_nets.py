"""Our networks are those of the papers and of their authors' code: as many weights, and the same outputs."""

from itertools import pairwise

import pytest
import torch

from gan.cyclegan.train import nets as cyclegan_nets
from gan.cyclegan.train.unet import UNet
from gan.dcgan.train import nets as dcgan_nets
from gan.params.models import cyclegan as cyclegan_params
from gan.params.models import dcgan as dcgan_params
from tests import plain_cyclegan, plain_unet
from tests.beside import convolutions
from tests.papers import DCGAN_D, PAPER, PATCHGAN, UNET


def test_networks_have_as_many_weights_as_the_papers() -> None:
    """The authors' CycleGAN prints 11.378 M and 2.765 M, with biases, which instance norm removes again."""
    resnet = cyclegan_params.GeneratorShape.model_validate({"width": 64, "blocks": 9} | PAPER)
    for network, count in {
        dcgan_nets.Generator(
            dcgan_params.GeneratorShape(z_dim=100, latent="normal", upsample="transposed", width=64), 64, 3
        ): 3_576_704,
        dcgan_nets.Discriminator(dcgan_params.DiscriminatorShape(width=64, **DCGAN_D), 64, 3): 2_765_568,
        cyclegan_nets.Generator(resnet, 3, 3): 11_372_931,
        cyclegan_nets.Discriminator(cyclegan_params.DiscriminatorShape(width=64, **PATCHGAN, layers=3), 3): 2_763_841,
        plain_cyclegan.Generator(plain_cyclegan.Options(), 3, 3, bias=True): 11_378_179,
        plain_cyclegan.discriminator(64, 3, 3, bias=True): 2_764_737,
    }.items():
        assert sum(weight.numel() for weight in network.parameters()) == count


def test_the_unet_has_as_many_weights_as_the_authors_unet_256() -> None:
    """Theirs prints 54.41 M with instance norm, whose biases cancel in 13 of its 16 convolutions."""
    widths = [64, 128, 256, 512, 512, 512, 512, 512]
    down = sum(16 * before * after for before, after in pairwise([3, *widths]))
    up = 16 * 512 * 512 + sum(16 * 2 * width * after for after, width in pairwise([3, *widths[:-1]]))
    kept, cancelled = 64 + 512 + 3, sum(widths[1:-1]) + sum(widths[:-1])  # biases without and with a norm after them
    with torch.device("meta"):  # weights without values
        ours = UNet(cyclegan_params.GeneratorShape.model_validate({"width": 64, "blocks": 0} | UNET), 3, 3, 8)
        theirs = plain_unet.UNet(plain_cyclegan.Options(), 8, 3, 3, bias=True)
    counts = [sum(weight.numel() for weight in network.parameters()) for network in (ours, theirs)]
    assert counts == [down + up + kept, down + up + kept + cancelled] == [54_404_675, 54_409_603]


@torch.no_grad()
@pytest.mark.parametrize("images", [1, 2])
def test_the_papers_networks_give_what_the_authors_give(images: int) -> None:
    """Their networks have a bias before each instance norm, here a random one, which changes nothing."""
    torch.manual_seed(0)
    resnet = cyclegan_params.GeneratorShape.model_validate({"width": 4, "blocks": 2} | PAPER)
    for ours, theirs in (
        (
            cyclegan_nets.Generator(resnet, 3, 3),
            plain_cyclegan.Generator(plain_cyclegan.Options(width=4, blocks=2), 3, 3, bias=True),
        ),
        (
            cyclegan_nets.Discriminator(cyclegan_params.DiscriminatorShape(width=4, **PATCHGAN, layers=3), 3),
            plain_cyclegan.discriminator(4, 3, 3, bias=True),
        ),
        (
            UNet(cyclegan_params.GeneratorShape.model_validate({"width": 4, "blocks": 0} | UNET), 3, 3, 5),
            plain_unet.UNet(plain_cyclegan.Options(width=4), 5, 3, 3, bias=True),
        ),
    ):
        ours, theirs = ours.double(), theirs.double()
        for layer, other in zip(convolutions(theirs), convolutions(ours), strict=True):
            layer.weight.copy_(other.weight)
            if layer.bias is not None and other.bias is not None:
                layer.bias.copy_(other.bias)
        x = torch.rand(images, 3, 32, 32).double() * 2 - 1
        torch.testing.assert_close(ours(x), theirs(x), rtol=0, atol=1e-9)
