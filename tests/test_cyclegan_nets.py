"""CycleGAN's networks: any size divisible by 4, the paper's layers, and patches of the documented size."""

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from gan.cyclegan.train.layers import InstanceNorm, norm_of, reflect
from gan.cyclegan.train.nets import Discriminator, Generator
from gan.cyclegan.train.translator import Colours
from gan.cyclegan.train.unet import UNet, depth_for
from gan.params.models.cyclegan import DiscriminatorShape, GeneratorShape
from tests import tiny
from tests.papers import DEPARTURES, OURS, PAPER, PATCHGAN, UNET

CHOICES = [PAPER, OURS, *({name: OURS[name]} for name in DEPARTURES), {"gated": True}]


def generator(width: int, blocks: int, **choices: Any) -> Generator:
    return Generator(GeneratorShape.model_validate({"width": width, "blocks": blocks} | PAPER | choices), 3, 3)


@pytest.mark.parametrize("choices", CHOICES, ids=str)
@pytest.mark.parametrize("shape", [(64, 64), (36, 52), (256, 256)])
def test_a_translation_keeps_the_shape(shape: tuple[int, int], choices: dict[str, Any]) -> None:
    images = generator(2, 1, **choices)(torch.rand(1, 3, *shape) * 2 - 1)
    assert images.shape == (1, 3, *shape)
    if choices.get("output") != "linear":
        assert images.abs().max() <= 1


@pytest.mark.parametrize("choices", [UNET, OURS | {"architecture": "unet"}], ids=str)
@pytest.mark.parametrize(("depth", "shape"), [(2, (12, 20)), (5, (32, 96)), (6, (64, 64))])
def test_a_unet_keeps_the_shape(depth: int, shape: tuple[int, int], choices: dict[str, Any]) -> None:
    params = GeneratorShape.model_validate({"width": 2, "blocks": 0} | choices)
    assert UNet(params, 3, 1, depth)(torch.rand(1, 3, *shape)).shape == (1, 1, *shape)


def test_a_unet_is_as_deep_as_all_sizes_can_be_halved() -> None:
    assert [depth_for(*sizes) for sizes in [(256,), (64, 64, 64), (40, 32), (36,), (288, 256)]] == [8, 6, 3, 2, 5]


def test_the_projects_own_params_name_every_choice() -> None:
    assert tiny.values()["train_cyclegan"]["generator"].keys() == {"width", "blocks", *PAPER}


def test_the_papers_generator_has_11_million_weights() -> None:
    """c7s1-64, d128, d256, R256 × 9, u128, u64, c7s1-3; the public code prints 11.378 M, biases included."""
    network = generator(64, 9)
    weights = sum(p.numel() for p in network.parameters() if p.ndim > 1)
    widths = [(3, 64, 7), (64, 128, 3), (128, 256, 3), *[(256, 256, 3)] * 18, (256, 128, 3), (128, 64, 3), (64, 3, 7)]
    assert weights == sum(inputs * outputs * kernel**2 for inputs, outputs, kernel in widths)
    assert 11.36e6 < weights < 11.38e6


@torch.no_grad()
def test_a_gated_block_has_half_as_many_weights_again_and_adds_its_gates() -> None:
    """x + norm(W₂ · tanh(a) · σ(b)), a and b being the halves of norm(W₁ · x); here for layer norm, by hand."""
    weights = {gated: sum(p.numel() for p in generator(8, 9, gated=gated).parameters()) for gated in (False, True)}
    assert weights[True] - weights[False] == 9 * 32 * 32 * 9
    block = generator(2, 1, gated=True, norm="layer").blocks[0]
    x = torch.randn(2, 8, 6, 6)
    first, second = (module.weight for module in block.modules() if isinstance(module, nn.Conv2d))
    both = F.layer_norm(F.conv2d(reflect(x, 1), first), (16, 6, 6))
    inner = torch.tanh(both[:, :8]) * torch.sigmoid(both[:, 8:])
    torch.testing.assert_close(block(x), x + F.layer_norm(F.conv2d(reflect(inner, 1), second), (8, 6, 6)))


@pytest.mark.parametrize("skips", [True, False])
def test_skips_add_what_the_encoder_saw(skips: bool) -> None:
    """With a decoder that gives 0, the output layer sees the first layer's activations, or nothing."""
    network = generator(2, 1, skips=skips)
    seen: list[torch.Tensor] = []
    network.decoder[-1].register_forward_hook(lambda _module, _inputs, output: torch.zeros_like(output))
    network.output.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0]))
    images = torch.rand(1, 3, 16, 16)
    network(images)
    torch.testing.assert_close(seen[0], network.encoder[0](images) * skips)


def test_colours_are_measured_kept_and_turned_back() -> None:
    images = torch.rand(4, 3, 8, 8) * torch.tensor([0.1, 1.0, 0.0])[:, None, None] - 0.7
    colours = Colours(3)
    assert torch.equal(colours.standardise(images), images)
    colours.measure(images)
    standard = colours.standardise(images)
    torch.testing.assert_close(standard.mean((0, 2, 3)), torch.zeros(3), atol=1e-4, rtol=0)
    torch.testing.assert_close(standard.std((0, 2, 3), correction=0)[:2], torch.ones(2))
    torch.testing.assert_close(colours.restore(standard), images)
    assert colours.state_dict().keys() == {"mean", "deviation"}


@torch.no_grad()
def test_standardised_a_plain_input_gives_the_targets_mean_colour() -> None:
    """Layers that give 0 leave what `restore` adds: a generator starts from its target's mean colour."""
    network = generator(2, 1, **OURS)
    network.target.measure(torch.tensor([-0.5, 0.0, 0.5]).view(1, 3, 1, 1).expand(2, 3, 4, 4))
    nn.init.zeros_(network.output.weight)
    made = network(torch.rand(1, 3, 16, 16))
    torch.testing.assert_close(made.mean((0, 2, 3)), torch.tensor([-0.5, 0.0, 0.5]))


@torch.no_grad()
def test_a_network_computes_in_the_type_of_its_input() -> None:
    images = torch.rand(2, 3, 32, 32)
    torch.manual_seed(0)
    for network in (
        generator(8, 1, **OURS),
        generator(8, 1),
        Discriminator(DiscriminatorShape(width=8, **PATCHGAN, layers=2), 3),
    ):
        exact, fast = network(images), network(images.bfloat16())
        assert fast.dtype == torch.bfloat16
        assert {p.dtype for p in network.parameters()} == {torch.float32}
        torch.testing.assert_close(fast.float(), exact, atol=0.05 * float(exact.abs().max()), rtol=0)


@pytest.mark.parametrize(("layers", "patch"), [(1, 16), (2, 34), (3, 70), (4, 142), (5, 286)])
def test_a_score_sees_a_patch(layers: int, patch: int) -> None:
    """The gradient of one score reaches exactly patch × patch pixels; norms, which see everything, are cut out."""
    network = Discriminator(DiscriminatorShape(width=2, **PATCHGAN, layers=layers), 3)
    bare = nn.Sequential(*(m for m in network if not isinstance(m, InstanceNorm)))
    for parameter in bare.parameters():
        nn.init.constant_(parameter, 0.01)
    image = torch.ones(1, 3, 384, 384, requires_grad=True)
    scores = bare(image)
    scores[0, 0, scores.shape[2] // 2, scores.shape[3] // 2].backward()
    assert image.grad is not None
    rows = image.grad[0, 0].abs().sum(1).nonzero()
    assert len(rows) == patch


def test_layer_norm_is_the_papers() -> None:
    """Mean and variance over all of an image's activations (Ba et al. 2016, equation 3)."""
    images = torch.randn(3, 5, 9, 7, generator=torch.Generator().manual_seed(0)) * 3 + 1
    expected = torch.nn.functional.layer_norm(images, images.shape[1:])
    torch.testing.assert_close(norm_of("layer", 5)(images), expected, atol=1e-5, rtol=1e-5)


def test_weights_start_from_a_normal_of_deviation_2_hundredths() -> None:
    torch.manual_seed(0)
    network = generator(32, 2)
    weights = torch.cat([p.detach().ravel() for p in network.parameters() if p.ndim > 1])
    assert weights.std().item() == pytest.approx(0.02, rel=0.01)


@pytest.mark.parametrize("pad", [1, 3])
def test_reflection_by_slices_is_torchs_own(pad: int) -> None:
    """It is used on CUDA, where the gradient of torch's own kernel does not repeat its bits."""
    images = torch.randn(2, 3, 5, 7, dtype=torch.float64, requires_grad=True)
    ours, torchs = reflect(images, pad), F.pad(images, (pad,) * 4, "reflect")
    assert torch.equal(ours, torchs)
    towards = torch.randn_like(ours)
    (gradient,), (expected,) = (torch.autograd.grad(out, images, towards) for out in (ours, torchs))
    torch.testing.assert_close(gradient, expected)
