"""Learning rates and averages as functions of the step."""

import pytest

from gan.params.training import Adversarial
from gan.run.errors import ParamsError
from gan.training.ema import decay_at
from gan.training.schedules import Rates
from tests import tiny

BASE = tiny.params().train_cyclegan


def params(**changes: object) -> Adversarial:
    return BASE.model_validate(BASE.model_dump() | changes)


def schedule(decay: str, discriminator: str | None = None, warm_up: int = 0) -> dict[str, object]:
    return {"decay": decay, "discriminator_decay": discriminator, "warm_up_steps": warm_up}


def test_rates_that_would_never_stop_rising_are_refused() -> None:
    Rates(params(epochs=1, decay_epochs=1, schedule=schedule("linear", warm_up=7)), 2.0, per_epoch=4)
    with pytest.raises(ParamsError, match=r"warm_up_steps: 8, but training has 8 steps; use fewer"):
        Rates(params(epochs=1, decay_epochs=1, schedule=schedule("linear", warm_up=8)), 2.0, per_epoch=4)


@pytest.mark.parametrize(
    ("decay", "expected"),
    [
        ("constant", [1.0] * 8),
        ("linear", [1, 1, 1, 1, 1, 0.75, 0.5, 0.25]),
        ("cosine", [1, 1, 1, 1, 1, 0.853553, 0.5, 0.146447]),
    ],
)
def test_the_rate_in_each_step(decay: str, expected: list[float]) -> None:
    rates = Rates(params(epochs=1, decay_epochs=1, schedule=schedule(decay)), 2.0, per_epoch=4)
    assert rates.total == 8
    assert [rates.generator(step) for step in range(8)] == pytest.approx([2 * one for one in expected], rel=1e-5)
    assert [rates.discriminator(step) for step in range(8)] == pytest.approx([2 * one for one in expected], rel=1e-5)


def test_the_discriminator_may_have_its_own() -> None:
    changes = {"schedule": schedule("linear", "constant"), "discriminator_lr_factor": 4.0}
    rates = Rates(params(epochs=1, decay_epochs=1, **changes), 1.0, per_epoch=4)
    assert (rates.generator(7), rates.discriminator(7)) == (0.25, 4.0)


def test_warm_up_rises_from_the_first_step() -> None:
    rates = Rates(params(epochs=2, decay_epochs=0, schedule=schedule("linear", warm_up=3)), 1.0, per_epoch=4)
    assert [rates.generator(step) for step in range(5)] == [0.25, 0.5, 0.75, 1.0, 1.0]


def test_half_lives_in_images() -> None:
    half = params(batch_size=10, ema_half_life=100.0)
    assert decay_at(half, 0) == decay_at(half, 999) == pytest.approx(0.5**0.1)
    warming = params(batch_size=10, ema_half_life=100.0, ema_warm_up=0.5)
    assert decay_at(warming, 0) == 0.0
    assert decay_at(warming, 4) == pytest.approx(0.5 ** (10 / 20))
    assert decay_at(warming, 999) == pytest.approx(0.5**0.1)
    assert decay_at(BASE, 5) == BASE.ema_decay
