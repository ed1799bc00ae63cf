"""Class-conditional DCGAN: conditional BatchNorm, the projection discriminator, and labels on their way to both."""

from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch import nn
from torch.nn import functional as F

from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.core.seeding import seed_torch
from gan.core.streams import Stream
from gan.dcgan.train.architectures import DISCRIMINATORS, GENERATORS
from gan.dcgan.train.layers import ConditionalBatchNorm, Projection
from gan.dcgan.train.nets import latents
from gan.dcgan.train.recipe import DCGAN, Classes
from gan.params.models.dcgan import DiscriminatorShape, GeneratorShape, Train
from gan.params.schema import Params
from gan.training.adversary import Adversary
from tests import tiny
from tests.recipes import small_dcgan

ARCHITECTURES = ("dcgan", "residual")
G = GeneratorShape(z_dim=6, latent="normal", upsample="transposed", width=4)
D = DiscriminatorShape(width=4, norm="none", spectral_norm=False)
LABELS = torch.tensor([2, 0, 1, 0])


def block(**changes: Any) -> Train:
    return Train.model_validate(tiny.values()["train_dcgan"] | changes)


@torch.no_grad()
def test_each_class_has_its_own_gain_and_bias() -> None:
    torch.manual_seed(0)
    layer, x = ConditionalBatchNorm(5, 3), torch.randn(4, 5, 2, 2)
    torch.testing.assert_close(layer(x, LABELS), F.batch_norm(x, None, None, training=True))
    nn.init.normal_(layer.gain.weight)
    nn.init.normal_(layer.bias.weight)
    normed = F.batch_norm(x, None, None, training=True)
    expected = [
        one * layer.gain.weight[label][:, None, None] + layer.bias.weight[label][:, None, None]
        for one, label in zip(normed, LABELS.tolist(), strict=True)
    ]
    torch.testing.assert_close(layer(x, LABELS), torch.stack(expected))


@torch.no_grad()
def test_the_projection_adds_a_product_with_the_summed_features() -> None:
    torch.manual_seed(0)
    head = [nn.Conv2d(5, 1, 2, bias=False), nn.Flatten(0)]
    layer, x = Projection(head, 5, 3), torch.randn(4, 5, 2, 2)
    for index, label in enumerate(LABELS.tolist()):
        product = sum(layer.vector.weight[label][channel] * x[index, channel].sum() for channel in range(5))
        expected = nn.Sequential(*head)(x[index : index + 1]) + product
        torch.testing.assert_close(layer(x, LABELS)[index], expected[0])


def parameters(network: nn.Module) -> int:
    return sum(weight.numel() for weight in network.parameters())


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_what_classes_add(architecture: str) -> None:
    """Gains and biases for each class instead of one of each, and a vector for each class."""
    of_g, of_d = GENERATORS[architecture], DISCRIMINATORS[architecture]
    plain = sum(layer.num_features for layer in of_g(G, 32, 1).modules() if isinstance(layer, nn.BatchNorm2d))
    once = 4 if architecture == "residual" else 0  # SNGAN's last BatchNorm stays plain, as in the authors' code
    assert parameters(of_g(G, 32, 1, 7)) - parameters(of_g(G, 32, 1)) == 6 * 2 * (plain - once)
    assert parameters(of_d(D, 32, 1, 7)) - parameters(of_d(D, 32, 1)) == 7 * {"dcgan": 16, "residual": 4}[architecture]


@torch.no_grad()
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_both_networks_look_at_the_labels(architecture: str) -> None:
    torch.manual_seed(0)
    generator, discriminator = GENERATORS[architecture](G, 32, 1, 3), DISCRIMINATORS[architecture](D, 32, 1, 3)
    z, others = latents(4, G), (LABELS + 1) % 3
    if architecture == "residual":  # its classes start from equal gains
        for layer in generator.modules():
            if isinstance(layer, ConditionalBatchNorm):
                nn.init.normal_(layer.gain.weight)
    assert not torch.allclose(generator(z, LABELS), generator(z, others))
    images = generator(z, LABELS)
    assert not torch.allclose(discriminator(images, LABELS), discriminator(images, others))


class Told(nn.Module):
    """A conditional discriminator whose score is label · sum of pixels."""

    def forward(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return labels.to(images.dtype) * images.sum((1, 2, 3))


@pytest.mark.parametrize("batch_norm", [False, True])
def test_real_and_generated_images_are_judged_with_their_labels(batch_norm: bool, cpu: Runtime) -> None:
    """Real images of ones, generated ones of halves, 4 pixels each; the labels are 2, 0, 1, 0."""
    params = block(loss="wasserstein", discriminator={"width": 4, "norm": "none", "spectral_norm": True})
    adversary = Adversary(Told(), params, cpu, batch_norm, autocast=True)
    real, fake = torch.ones(4, 1, 2, 2), torch.full((4, 1, 2, 2), 0.5)
    loss, _ = adversary.learn(real, fake, False, LABELS)
    assert loss.item() == (2 + 0 + 1 + 0) / 4 * (0.5 - 1) * 4
    assert adversary.judge(fake, real, LABELS).item() == -3 / 4 * 0.5 * 4
    for penalty, expected in (("r1", (4 + 1) * 4 / 4 / 2), ("gradient", ((2 * 2 - 1) ** 2 + 1 + 1 + 1) / 4)):
        wanted = params.penalties.model_copy(update={penalty: 1.0})
        adversary = Adversary(Told(), params.model_copy(update={"penalties": wanted}), cpu, False, autocast=True)
        penalised, _ = adversary.learn(real, fake, True, LABELS)
        assert penalised.item() - loss.item() == pytest.approx(expected)


def conditional(**changes: Any) -> Params:
    values = tiny.values()
    values["prepare_data"]["images"]["labels"] = True
    values["train_dcgan"] |= {"conditional": True} | changes
    return Params.model_validate(values)


@torch.no_grad()
def test_classes_take_turns_in_a_preview(digits: Uint8, cpu: Runtime) -> None:
    recipe = small_dcgan(conditional(), digits, cpu)
    seen: list[list[int]] = []
    recipe.ema.module.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[1].tolist()))
    recipe.preview()
    assert seen == [[number % 3 for number in range(64)]]


def test_a_checkpoint_says_what_its_network_is_and_a_default_one_says_no_more_than_before(
    digits: Uint8, cpu: Runtime
) -> None:
    plain = small_dcgan(tiny.params(), digits, cpu).meta()
    assert {*plain} == {"generator", "size", "channels"}
    both = small_dcgan(conditional(architecture="residual"), digits, cpu).meta()
    assert both == plain | {"architecture": "residual", "classes": ["one", "two", "three"]}


def test_classes_need_labels() -> None:
    values = tiny.values()
    values["train_dcgan"]["conditional"] = True
    with pytest.raises(
        ValidationError, match=r"needs the class of each image; set prepare_data\.images\.labels to true"
    ):
        Params.model_validate(values)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_each_class_is_learned(architecture: str, cpu: Runtime) -> None:
    """Black images and white ones: after some steps, a label decides the brightness, whatever the latent."""
    shades = np.where(np.arange(32) % 2, 230, 25).astype(np.uint8)
    images = np.ascontiguousarray(np.broadcast_to(shades[:, None, None, None], (32, 32, 32, 1)))
    wanted = {"architecture": architecture, "conditional": True, "loss": "wasserstein", "betas": [0.0, 0.9]}
    wanted |= {"discriminator": {"width": 8, "norm": "none", "spectral_norm": True}, "ema_decay": 0.5}
    wanted |= {"generator": {"width": 8, "z_dim": 100, "latent": "normal", "upsample": "transposed"}}
    seed_torch(Stream.WEIGHTS, 0)
    recipe = DCGAN(images, block(**wanted), 2e-3, 0, cpu, Classes(["black", "white"], np.arange(32) % 2))
    for step in range(30):
        seed_torch(Stream.STEP, 0, step)
        recipe.step(step)
    made = recipe.images(20).reshape(20, -1).mean(1)
    assert made[1::2].min() - made[0::2].max() > 25
