"""How a discriminator learns: its penalties, and what is logged of a critic."""

from typing import Any

import pytest
import torch
from torch import nn

from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.core.seeding import seed_torch
from gan.core.streams import Stream
from gan.dcgan.train.recipe import DCGAN
from gan.params.models.dcgan import Train
from gan.params.schema import Params
from gan.run.progress import Progress
from gan.training.adversary import Adversary, mean_of
from gan.training.diffaugment import cutout
from gan.training.recipe import Recipe
from gan.training.watch import watch
from tests import tiny
from tests.recipes import small_cyclegan, small_dcgan
from tests.tiny import NO_PENALTY

PLAIN = {"policy": [], "probability": 1.0, "adaptive": False, "target": 0.6, "rise": 0.25}


class Sum(nn.Module):
    """A score that is the sum of all pixels: its gradient is 1 at each pixel that it sees, 0 at others."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.sum((1, 2, 3))


def adversary(runtime: Runtime, **changes: Any) -> Adversary:
    block = tiny.values()["train_dcgan"] | changes
    block["discriminator"] |= {"norm": "none", "spectral_norm": True}
    return Adversary(Sum(), Train.model_validate(block), runtime, batch_norm=False, autocast=False)


def test_a_penalty_holds_the_slope_through_the_augmentation(cpu: Runtime) -> None:
    """R1 of a sum is the number of pixels that are not cut out."""
    images = torch.ones(4, 1, 16, 16)
    learner = adversary(cpu, penalties=NO_PENALTY | {"r1": 2.0}, augment=PLAIN | {"policy": ["cutout"]})
    torch.manual_seed(0)
    _, logged = learner.learn(images, images, penalised=True)
    torch.manual_seed(0)
    seen = []
    for _ in range(3):  # real images, generated ones, and those of the penalty
        seen.append(cutout(images))
        torch.rand(4, 1, 1, 1)  # which of them are changed: all
    assert logged["penalty"].item() == seen[2].sum((1, 2, 3)).mean().item() < 16 * 16


def test_a_penalty_sees_noise(cpu: Runtime) -> None:
    """The slope of Σ x² where noise was added, not at the image, where it is 0."""

    class Squares(nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return images.square().sum((1, 2, 3))

    learner = adversary(cpu, penalties=NO_PENALTY | {"r1": 2.0}, instance_noise=0.5)
    learner.network = Squares()
    learner.fade_noise(0.0)
    torch.manual_seed(0)
    _, logged = learner.learn(torch.zeros(64, 1, 16, 16), torch.zeros(64, 1, 16, 16), penalised=True)
    assert logged["penalty"].item() == pytest.approx(4 * 0.25 * 16 * 16, rel=0.02)  # E ‖2 noise‖²


def test_a_critic_logs_the_distance_that_it_estimates_and_has_no_accuracy(cpu: Runtime) -> None:
    learner = adversary(cpu, loss="wasserstein", penalties=NO_PENALTY | {"gradient": 10.0})
    real, fake = torch.full((4, 1, 2, 2), 0.5), torch.full((4, 1, 2, 2), -0.25)
    loss, logged = learner.learn(real, fake, penalised=True)
    assert logged["distance"].item() == 4 * 0.75
    assert loss.item() == pytest.approx(-4 * 0.75 + 10 * (2 - 1) ** 2)  # a gradient of four ones has length 2
    assert "accuracy" not in logged
    assert "distance" not in adversary(cpu).learn(real, fake, penalised=False)[1]


def test_a_good_critic_has_not_won(digits: Uint8, cpu: Runtime, capsys: pytest.CaptureFixture[str]) -> None:
    """It tells all images apart, which is its work."""
    p = changed("dcgan", loss="wasserstein", penalties=NO_PENALTY | {"gradient": 10.0})
    recipe = small_dcgan(p, digits, cpu)
    recipe.adversary.network = Sum()
    _, logged = recipe.adversary.learn(torch.ones(4, 1, 32, 32), -torch.ones(4, 1, 32, 32), penalised=False)
    row = {"step": 1.0} | {f"d_{name}": float(value) for name, value in logged.items()}
    with Progress("train", 1, "steps") as progress:
        watch([row], {}, {}, recipe.params.watch, progress)
    assert row["d_spread"] == 0.5
    assert "warning" not in capsys.readouterr().err


def changed(model: str, **changes: Any) -> Params:
    values = tiny.values()
    values[f"train_{model}"] |= changes
    values[f"train_{model}"]["discriminator"]["norm"] = "none"
    return Params.model_validate(values)


@pytest.mark.parametrize("images", [16, 32])
def test_adas_probability_can_reach_its_height_with_few_images(images: int, digits: Uint8, cpu: Runtime) -> None:
    """A discriminator that always asks for more has what it wants after `rise` of the training, and it is logged."""
    augment = PLAIN | {"policy": ["cutout"], "adaptive": True, "target": -0.99}
    block = tiny.values()["train_dcgan"] | {"augment": augment}
    block |= {"epochs": 16, "batch_size": 2, "discriminator_steps": 2}
    recipe = DCGAN(digits[:images], Train.model_validate(block), 2e-4, 0, cpu)
    rises = []
    for step in range(recipe.total_steps // 4 + 1):
        seed_torch(Stream.STEP, 0, step)
        scalars = recipe.step(step)
        rises.append(scalars["d_augment_probability"].item())
    assert rises[recipe.total_steps // 8] == pytest.approx(0.5, abs=0.05)
    assert rises[-1] == pytest.approx(1, abs=0.02)
    assert -1 <= scalars["d_augment_sign"].item() <= 1


@pytest.mark.parametrize("model", ["dcgan", "cyclegan"])
def test_every_counts_updates_of_the_discriminator(model: str, digits: Uint8, cpu: Runtime) -> None:
    """Steps of the generator would bring penalties in bursts: in all of three updates, then in none."""
    p = changed(model, discriminator_steps=3, penalties=NO_PENALTY | {"r1": 1.0, "every": 2})
    recipe: Recipe = small_dcgan(p, digits, cpu) if model == "dcgan" else small_cyclegan(p, cpu)
    adversary = recipe.adversary if model == "dcgan" else recipe.a.adversary  # type: ignore[attr-defined]
    penalised, learn = [], adversary.learn

    def noted(real: torch.Tensor, fake: torch.Tensor, wanted: bool) -> Any:
        penalised.append(wanted)
        return learn(real, fake, wanted)

    adversary.learn = noted
    for step in range(2):
        seed_torch(Stream.STEP, 0, step)
        scalars = recipe.step(step)
        assert "d_penalty" in scalars or "d_a_penalty" in scalars, "whichever update it came with"
    assert penalised == [True, False, True, False, True, False]


def test_what_is_logged_of_several_updates_is_their_mean() -> None:
    first, second = {"d_loss": torch.tensor(1.0), "d_penalty": torch.tensor(3.0)}, {"d_loss": torch.tensor(2.0)}
    assert mean_of([first, second]) == {"d_loss": 1.5, "d_penalty": 3.0}
    assert mean_of([second]) is second
