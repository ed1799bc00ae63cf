"""Discriminators on images of several sizes, in closed form."""

import numpy as np
import pytest
import torch
from torch import nn

from gan.core.runtime import Runtime
from gan.params.models.cyclegan import Train
from gan.training.adversary import Adversary
from gan.training.scales import Scales, halved
from tests import tiny
from tests.recipes import small_cyclegan

WEIGHTS = (0.5, 1.5, -1.0)
BLOCK = tiny.values()["train_cyclegan"]


class Mean(nn.Module):
    """D(x) = w · the mean of x, whose gradient has the squared length w² / pixels."""

    def __init__(self, weight: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(weight))
        self.seen: list[torch.Size] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.seen.append(x.shape)
        return self.weight * x.mean((1, 2, 3))


def scales(runtime: Runtime, weights: tuple[float, ...] = WEIGHTS, **changes: object) -> Scales:
    return Scales([Mean(weight) for weight in weights], Train.model_validate(BLOCK | changes), runtime)


def plain(value: float) -> torch.Tensor:
    return torch.full((2, 1, 16, 16), value)


def test_half_an_image_is_the_means_of_windows() -> None:
    image = torch.arange(15.0).reshape(1, 1, 3, 5)
    means = [[(0 + 1 + 5 + 6) / 4, (1 + 2 + 3 + 6 + 7 + 8) / 6, (3 + 4 + 8 + 9) / 4]]
    means += [[(5 + 6 + 10 + 11) / 4, (6 + 7 + 8 + 11 + 12 + 13) / 6, (8 + 9 + 13 + 14) / 4]]
    torch.testing.assert_close(halved(image), torch.tensor(means)[None, None])


def test_losses_are_summed_over_sizes(cpu: Runtime) -> None:
    """Least squares on plain images, which are as bright at every size."""
    several = scales(cpu, loss="least_squares")
    loss, logged = several.learn(plain(0.5), plain(-0.2), penalised=False)
    expected = sum(((w * 0.5 - 1) ** 2 + (w * -0.2) ** 2) / 2 for w in WEIGHTS)
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    assert several.judge(plain(-0.2), plain(0.5)).item() == pytest.approx(sum((w * -0.2 - 1) ** 2 for w in WEIGHTS))
    assert {name: logged[f"{name}real"].item() for name in ("", "half_", "quarter_")} == pytest.approx(
        {name: w * 0.5 for name, w in zip(("", "half_", "quarter_"), WEIGHTS, strict=True)}
    )
    for adversary, size in zip(several.adversaries, (16, 8, 4), strict=True):
        assert isinstance(adversary.network, Mean)
        assert adversary.network.seen == [(4, 1, size, size), (2, 1, size, size)]


def test_a_penalty_looks_at_each_size(cpu: Runtime) -> None:
    several = scales(cpu, penalties={"r1": 2.0, "r2": 0.0, "gradient": 0.0, "every": 1})
    _, logged = several.learn(plain(0.5), plain(-0.2), penalised=True)
    for name, weight, size in zip(("", "half_", "quarter_"), WEIGHTS, (16, 8, 4), strict=True):
        assert logged[f"{name}penalty"].item() == pytest.approx(weight**2 / size**2)


def test_each_size_has_a_strength_of_its_own(cpu: Runtime) -> None:
    """The first discriminator knows all real images, the second none."""
    augment = {"policy": ["cutout"], "probability": 1.0, "adaptive": True, "target": 0.0, "rise": 0.5}
    several = scales(cpu, (9.0, -9.0), augment=augment)
    several.plan(100)
    for adversary in several.adversaries:
        adversary.strength.probability.fill_(0.5)
    several.learn(plain(0.9), plain(-0.9), penalised=False)
    assert {name: float(one) for name, one in several.strengths.state_dict().items() if "probability" in name} == {
        "0.probability": pytest.approx(0.52),
        "1.probability": pytest.approx(0.48),
    }


def test_one_size_is_an_adversary_to_the_bit(cpu: Runtime) -> None:
    torch.manual_seed(0)
    real, fake = torch.rand(2, 2, 3, 16, 16)
    one = scales(cpu, (1.0,))
    alone = Adversary(Mean(1.0), one.adversaries[0].params, cpu, batch_norm=False, autocast=False)
    (loss, logged), (expected, seen) = (each.learn(real, fake, penalised=False) for each in (one, alone))
    assert torch.equal(loss, expected)
    assert logged.keys() == seen.keys()
    assert torch.equal(one.judge(fake, real), alone.judge(fake, real))


def test_a_dead_discriminator_of_one_size_is_told(cpu: Runtime) -> None:
    p = tiny.values()
    p["train_cyclegan"]["discriminator"] |= {"scales": 2, "width": 32}
    recipe = small_cyclegan(tiny.params(**p), cpu)
    for parameter in recipe.a.discriminators[1].parameters():
        nn.init.zeros_(parameter)
    spreads = {name: float(value) for name, value in recipe.step(0).items() if name.endswith("spread")}
    assert spreads.keys() == {"d_a_spread", "d_a_half_spread", "d_b_spread", "d_b_half_spread"}
    assert spreads.pop("d_a_half_spread") < 1e-3
    assert min(spreads.values()) > recipe.params.watch.least_spread


def test_what_every_discriminator_says_of_real_and_generated_images_is_logged(cpu: Runtime) -> None:
    """The report draws it for both models."""
    logged = small_cyclegan(tiny.params(), cpu).step(0)
    said = {name: float(value) for name, value in logged.items() if name.endswith(("_real", "_fake"))}
    assert said.keys() == {"d_a_real", "d_a_fake", "d_b_real", "d_b_fake"}
    assert np.isfinite([*said.values()]).all()
