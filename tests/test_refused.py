"""Levers that cannot work, or that do nothing without another, are refused with the reason."""

import pytest
from pydantic import ValidationError

from tests.test_levers import MODELS, OFF, PLAIN, Changes, params

REFUSED: dict[str, tuple[Changes, str]] = {
    "a schedule over no epoch": (
        {"decay_epochs": 0, "schedule": {"decay": "cosine", "discriminator_decay": None, "warm_up_steps": 0}},
        "cosine is how rates fall over decay_epochs, which is 0; set both",
    ),
    "the discriminator's alone": (
        {"decay_epochs": 0, "schedule": {"decay": "linear", "discriminator_decay": "cosine", "warm_up_steps": 0}},
        "cosine is how rates fall over decay_epochs, which is 0; set both",
    ),
    "a warm-up of no half-life": ({"ema_warm_up": 0.05}, "ema_half_life, which is null; set both"),
    "lazy without a penalty": ({"penalties": OFF | {"every": 16}}, "every is 16, but r1, r2 and gradient are 0"),
    "a policy that is never used": (
        {"augment": PLAIN | {"policy": ["cutout"], "probability": 0.0}},
        "the policy never changes an image; raise it",
    ),
    "a name twice": ({"augment": PLAIN | {"policy": ["cutout", "cutout"]}}, "policy names an augmentation twice"),
    "labels below a half": ({"real_label": 0.4}, "greater than 0.5"),
    "an average of no image": ({"ema_half_life": 0.0}, "greater than 0"),
    "a norm that must be negative": ({"clip_gradients": -1.0}, "greater than or equal to 0"),
}


@pytest.mark.parametrize("why", REFUSED)
@pytest.mark.parametrize("model", MODELS)
def test_what_cannot_work_or_does_nothing_is_refused(model: str, why: str) -> None:
    changes, reason = REFUSED[why]
    with pytest.raises(ValidationError, match=reason):
        params(model, dict(changes))
