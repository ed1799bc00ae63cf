"""Differentiable augmentation: what each kind may do to an image, and ADA's probability."""

import pytest
import torch

from gan.params.training import Augment
from gan.training.diffaugment import POLICY, augmented, colour, cutout, translation
from gan.training.strength import Strength


def images(count: int = 64, size: int = 16) -> torch.Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(0)) * 2 - 1


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def test_a_translation_moves_whole_images_and_brings_zeros() -> None:
    before = images()
    after = translation(before)
    seen = set()
    for one, other in zip(before, after, strict=True):
        shifts = [(down, across) for down in range(-2, 3) for across in range(-2, 3)]
        (found,) = [shift for shift in shifts if torch.equal(shifted(one, *shift), other)]
        seen.add(found)
    assert len(seen) > 15, "of 25 shifts by up to an eighth"


def shifted(image: torch.Tensor, down: int, across: int) -> torch.Tensor:
    moved = torch.zeros_like(image)
    rows, columns = slice(max(0, -down), 16 - max(0, down)), slice(max(0, -across), 16 - max(0, across))
    moved[:, rows, columns] = image[:, max(0, down) : 16 + min(0, down), max(0, across) : 16 + min(0, across)]
    return moved


def test_cutout_blanks_a_rectangle_of_half_the_size() -> None:
    before = images() + 3  # no zero
    after = cutout(before)
    gone = (after == 0).all(1)
    for mask in gone:
        rows, columns = mask.any(1).sum(), mask.any(0).sum()
        assert mask.sum() == rows * columns
        assert 4 <= rows <= 8
        assert 4 <= columns <= 8
    assert ((after == before) | (after == 0)).all()


def test_colour_keeps_shapes_and_changes_brightness_by_up_to_a_half() -> None:
    grey = torch.zeros(200, 3, 4, 4)
    after = colour(grey)
    assert (after == after[:, :1, :1, :1]).all(), "a plain grey image stays plain and grey"
    assert after.abs().max() <= 0.5
    assert after.std() == pytest.approx((1 / 12) ** 0.5, rel=0.1)


@pytest.mark.parametrize("name", POLICY)
def test_gradients_flow_through_and_types_stay(name: str) -> None:
    for dtype in (torch.float32, torch.bfloat16):
        before = images().to(dtype).requires_grad_()
        after = augmented(before, [name])
        assert after.dtype == dtype
        after.float().square().sum().backward()
        assert before.grad is not None
        assert before.grad.abs().sum() > 0


@pytest.mark.parametrize(("probability", "share"), [(0.0, 0.0), (1.0, 1.0), (0.3, 0.3)])
def test_the_probability_is_that_of_each_image(probability: float, share: float) -> None:
    before = images(2000, 8)
    changed = (augmented(before, ["colour"], torch.tensor(probability)) != before).any((1, 2, 3))
    assert changed.float().mean().item() == pytest.approx(share, abs=0.04)


@pytest.mark.parametrize(("says", "rises"), [(0.9, True), (0.1, False)])
def test_the_probability_follows_how_sure_the_discriminator_is(says: float, rises: bool) -> None:
    params = Augment(policy=["colour"], probability=0.5, adaptive=True, target=0.6, rise=0.5)
    strength = Strength(params)
    strength.plan(200)
    assert strength.probability == 0
    strength.probability.fill_(0.4)
    for _ in range(200):
        strength.adapt(torch.full((10,), says))
    assert strength.sign.item() == pytest.approx(1.0 if rises else -1.0, abs=0.2)
    assert strength.probability.item() == pytest.approx(0.5 if rises else 0.0)
    fixed = Strength(params.model_copy(update={"adaptive": False}))
    fixed.adapt(torch.ones(10))
    assert fixed.probability == 0.5
