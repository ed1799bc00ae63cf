"""Levers that cannot work, or that do nothing without another, are refused with the reason."""

import copy
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gan.params.schema import Params
from tests import tiny
from tests.papers import OURS, PATCHGAN, UNET
from tests.test_levers import MODELS, OFF, PLAIN, Changes, params
from tests.test_params import refusal

REFUSED: dict[str, tuple[Changes, str]] = {
    "a schedule over no epoch": (
        {"decay_epochs": 0, "schedule": {"decay": "cosine", "discriminator_decay": None, "warm_up_steps": 0}},
        "cosine is how rates fall over decay_epochs, which is 0; raise decay_epochs",
    ),
    "the discriminator's alone": (
        {"decay_epochs": 0, "schedule": {"decay": "linear", "discriminator_decay": "cosine", "warm_up_steps": 0}},
        "discriminator_decay cosine is how a rate falls over decay_epochs, which is 0; raise decay_epochs, or set it",
    ),
    "a shape of no decay": (
        {"decay_epochs": 0, "schedule": {"decay": "linear", "discriminator_decay": "constant", "warm_up_steps": 0}},
        "discriminator_decay constant is how a rate falls over decay_epochs, which is 0",
    ),
    "a warm-up of no half-life": ({"ema_warm_up": 0.05}, "ema_half_life, which is null; set both"),
    "lazy without a penalty": ({"penalties": OFF | {"every": 16}}, "every is 16, but r1, r2 and gradient are 0"),
    "a policy that is never used": (
        {"augment": PLAIN | {"policy": ["cutout"], "probability": 0.0}},
        "the policy never changes an image; raise it",
    ),
    "a probability of nothing": (
        {"augment": PLAIN | {"probability": 0.5}},
        "probability is 0.5, but policy is empty: nothing changes an image",
    ),
    "an adaptive one that may never rise": (
        {"augment": PLAIN | {"policy": ["cutout"], "adaptive": True, "probability": 0.0}},
        "the policy never changes an image; raise it",
    ),
    "a critic without bounds": (
        {"loss": "wasserstein"},
        r"needs a critic whose slope is bounded; set penalties.gradient \(10.0 in WGAN-GP\), or",
    ),
    "a critic whose norm undoes its bounds": (
        {"loss": "wasserstein", "discriminator": {"norm": "instance", "spectral_norm": True}},
        "and discriminator.norm: none",
    ),
    "no epoch": ({"epochs": 0, "decay_epochs": 0}, "nothing to train"),
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


WITH: dict[str, dict[str, Any]] = {
    "decay_epochs": {"epochs": 0},
    "lambda_identity": {"identity_fade": 0.5},
    "crop_size": {"load_size": 100},
}  # what makes a value impossible


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("crop_size", 128, "crop_size 128 is larger than load_size 100"),
        ("decay_epochs", 0, "nothing to train"),
        ("lambda_identity", 0.0, "identity_fade 0.5 fades the identity loss, but lambda_identity is 0.0"),
        ("lambda_cycle", 0.0, "lambda_identity 2.0 is relative to lambda_cycle, which is 0.0"),
        ("generator", {"width": 4, "blocks": 1, **UNET, "gated": True}, "a U-Net has no residual blocks"),
        ("generator", {"width": 4, "blocks": 1, **UNET, "skips": False}, "a U-Net is made of them; set skips: true"),
        ("generator", {"width": 4, **OURS, "blocks": 0, "gated": True}, "there is no residual block to change"),
        ("discriminator", {"width": 4, **PATCHGAN, "layers": 4}, "leaves no patch"),
        ("discriminator", {"width": 4, **PATCHGAN, "layers": 2, "scales": 3}, "no patch of crop_size 32 at 8 pixels"),
    ],
)
def test_values_that_do_not_go_together(key: str, value: Any, message: str, tmp_path: Path) -> None:
    values = copy.deepcopy(tiny.values())
    values["train_cyclegan"] |= WITH.get(key, {}) | {key: value}
    assert message in refusal(tmp_path, values)


def test_a_walk_needs_two_latents(tmp_path: Path) -> None:
    values = copy.deepcopy(tiny.values())
    values["sample"]["dcgan"] |= {"interpolations": 6, "count": 11}
    assert "interpolations 6 are walks between two latents each; count 11 has 5 such pairs" in refusal(tmp_path, values)


@pytest.mark.parametrize(
    ("name", "value"), [("latitudes", [60.0, -60.0]), ("test_longitudes", [[20.0, 40.0], [170.0, -170.0]])]
)
def test_degrees_go_up(name: str, value: Any, tmp_path: Path) -> None:
    values = copy.deepcopy(tiny.values())
    values["prepare_data"]["images"]["earth"][name] = value
    assert "the first must be less than the second; a range across 180° is two" in refusal(tmp_path, values)


def test_folder_must_be_named(tmp_path: Path) -> None:
    values = copy.deepcopy(tiny.values())
    values["prepare_data"]["images"]["source"] = "folder"
    assert "needs the path of a folder" in refusal(tmp_path, values)


@pytest.mark.parametrize(("name", "value"), [("classes", ["sea"]), ("labels", True)])
def test_the_map_has_no_classes(name: str, value: Any, tmp_path: Path) -> None:
    values = copy.deepcopy(tiny.values())
    values["prepare_data"]["images"] |= {"source": "satellite", name: value}
    assert "satellite has none" in refusal(tmp_path, values)


def test_classes_are_asked_of_a_model_that_knows_them(tmp_path: Path) -> None:
    """Before any training, and not by `sample` after it."""
    values = copy.deepcopy(tiny.values())
    values["sample"]["dcgan"]["classes"] = ["3", "7"]
    assert "sample.dcgan.classes: 3, 7, but train_dcgan.conditional is false" in refusal(tmp_path, values)


@pytest.mark.parametrize(
    ("image_size", "crop_size", "deepest"),
    [(100, 100, 25), (128, 72, 9), (72, 64, 8), (40, 40, 5), (96, 96, 0), (256, 64, 0)],
)
def test_a_unet_sees_the_whole_image(image_size: int, crop_size: int, deepest: int, tmp_path: Path) -> None:
    values = copy.deepcopy(tiny.values())
    values["prepare_data"]["domains"]["image_size"] = image_size
    values["train_cyclegan"] |= {"load_size": image_size, "crop_size": crop_size}
    values["train_cyclegan"]["generator"] |= UNET
    if deepest:
        told = refusal(tmp_path, values)
        assert f"a U-Net can halve crop_size {crop_size} only to {deepest} pixels" in told
    else:
        Params.model_validate(values)
