"""Our recipes against plain ones that share no code with them: the same gradients, losses and weights."""

from typing import Any

import pytest
import torch

from gan.core.runtime import Runtime
from gan.cyclegan.train.image_pool import ImagePool
from tests.beside import (
    CPU,
    Contiguous,
    Networks,
    beside_cyclegan,
    beside_dcgan,
    cyclegan,
    dcgan,
    gradient,
    pixels,
    reals,
    state,
    watched_latents,
)
from tests.papers import DEPARTURES, OURS, PAPER, PATCHGAN, UNET

GATED = {"gated": True}
CHOICES = [
    OURS,
    PAPER,
    *(OURS | {name: PAPER[name]} for name in DEPARTURES),
    *(PAPER | {name: OURS[name]} for name in DEPARTURES),
    *(choices | GATED for choices in (OURS, PAPER)),
    *(choices | {"architecture": "unet"} for choices in (OURS, UNET)),
]

# Error of a network's gradient: norm of the difference to the norm. With torch's wrong instance norm it was 1.1 to 1.3.
#
# float32: 1.4e-5 was the largest of 336 steps. bfloat16: 0.62 of 500 generators of CycleGAN, 0.12 of all others;
# rounding only the weights and images already moves these generators' exact gradient by 0.3, as ReLUs change sides.
# In float32 one step in 170 has such a ReLU, which costs 0.02: so each test may draw weights and images twice.
TOLERANCE = {"fp32": 1e-4, "bf16": 0.25}
THROUGH_TWO_GENERATORS = {"fp32": 1e-4, "bf16": 0.75}

# All pairs of layout, type and number of images; for one image, all combinations.
EVERY = [layout(CPU, precision) for layout in (Runtime, Contiguous) for precision in TOLERANCE]
RUNS = [(runtime, 1) for runtime in EVERY]
RUNS += [
    (Runtime(CPU, "fp32"), 2),
    (Contiguous(CPU, "bf16"), 2),
    (Runtime(CPU, "bf16"), 3),
    (Contiguous(CPU, "fp32"), 3),
]


def too_far(networks: Networks, precision: str) -> dict[str, float]:
    """Network → error of its gradient, as one vector, for the networks whose error is too large."""
    errors = {}
    for name, (ours, plain) in networks.items():
        found, exact = gradient(ours), gradient(plain)
        assert len(found) == sum(weight.numel() for weight in ours.parameters())
        most = THROUGH_TWO_GENERATORS if name in ("a2b", "b2a") else TOLERANCE
        error = float((found - exact).norm() / exact.norm())
        if not error < most[precision]:
            errors[name] = error
    return errors


def cyclegan_step(choices: dict[str, Any], runtime: Runtime, images: int, draw: int) -> Networks:
    """A rate of 0 leaves the weights as they are; a step leaves its gradients in them."""
    ours = cyclegan(choices, runtime, 0.0, draw, batch_size=images, lambda_identity=0.5)
    plain, networks = beside_cyclegan(ours)
    ours.step(0)
    plain.step(*reals(ours, 0), lambda fake: fake, lambda fake: fake)
    return networks


def dcgan_step(runtime: Runtime, images: int, draw: int) -> Networks:
    ours = dcgan(runtime, 0.0, draw, batch_size=images)
    plain, networks = beside_dcgan(ours)
    latents = watched_latents(ours)
    ours.step(0)
    plain.step(pixels(ours.batches.at(0)), latents[0])
    return networks


@pytest.mark.parametrize(("runtime", "images"), RUNS, ids=str)
@pytest.mark.parametrize("choices", CHOICES, ids=lambda choices: "-".join(map(str, choices.values())))
def test_cyclegans_gradients(choices: dict[str, Any], runtime: Runtime, images: int) -> None:
    wrong = too_far(cyclegan_step(choices, runtime, images, 0), runtime.precision)
    again = too_far(cyclegan_step(choices, runtime, images, 1), runtime.precision) if wrong else {}
    assert not again, wrong


@pytest.mark.parametrize(("runtime", "images"), [(runtime, n) for n in (2, 3) for runtime in EVERY], ids=str)
def test_dcgans_gradients(runtime: Runtime, images: int) -> None:
    wrong = too_far(dcgan_step(runtime, images, 0), runtime.precision)
    again = too_far(dcgan_step(runtime, images, 1), runtime.precision) if wrong else {}
    assert not again, wrong


class Retold:
    """A pool for the plain recipe that repeats the choices of one of ours, on the plain recipe's own fakes."""

    def __init__(self, pool: ImagePool) -> None:
        self.query = pool.query
        self.ours: list[torch.Tensor] = []
        self.plains: list[torch.Tensor] = []
        self.shown: list[int] = []
        self.swaps = 0
        pool.query = self.watch  # type: ignore[method-assign]

    def watch(self, batch: torch.Tensor) -> torch.Tensor:
        new = range(len(self.ours), len(self.ours) + len(batch))
        self.ours += [*batch.clone()]
        images = self.query(batch)
        self.shown = [next(i for i, fake in enumerate(self.ours) if torch.equal(fake, image)) for image in images]
        self.swaps += sum(index != at for index, at in zip(self.shown, new, strict=True))
        return images

    def __call__(self, batch: torch.Tensor) -> torch.Tensor:
        self.plains += [*batch.clone()]
        return torch.stack([self.plains[index] for index in self.shown])


def assert_same(losses: dict[str, torch.Tensor], expected: dict[str, float], networks: Networks) -> None:
    for name, loss in expected.items():
        assert losses[name].item() == pytest.approx(loss, rel=0, abs=1e-9), name
    for ours, plain in networks.values():
        for weight, other in zip(state(ours), state(plain), strict=True):
            torch.testing.assert_close(weight, other, rtol=0, atol=1e-9)


@pytest.mark.parametrize("images", [1, 2])
@pytest.mark.parametrize(
    ("choices", "identity", "pool"),
    [
        (OURS, 2.0, 1),
        (PAPER, 0.5, 2),
        (OURS, 0.0, 1),
        (PAPER, 0.0, 0),
        (PAPER | GATED, 0.0, 0),
        (OURS | {"architecture": "unet"}, 2.0, 0),
        (UNET, 0.0, 0),
    ],
)
def test_three_steps_of_cyclegan(choices: dict[str, Any], identity: float, pool: int, images: int) -> None:
    ours = cyclegan(choices, Runtime(CPU, "fp64"), 1e-3, batch_size=images, lambda_identity=identity, pool_size=pool)
    plain, networks = beside_cyclegan(ours)
    pools = Retold(ours.a.pool), Retold(ours.b.pool)
    for step in range(3):
        losses = ours.step(step)
        assert_same(losses, plain.step(*reals(ours, step), *pools), networks)
    swaps = sum(told.swaps for told in pools)
    assert swaps > 0 if pool and images > 1 else swaps >= 0  # with two images, the pools have begun to swap


@pytest.mark.parametrize("images", [1, 2])
def test_three_steps_with_discriminators_of_two_sizes(images: int) -> None:
    changes: dict[str, Any] = {
        "discriminator": {"width": 4, "layers": 1, **PATCHGAN, "scales": 2},
        "lambda_identity": 0.5,
    }
    ours = cyclegan(OURS, Runtime(CPU, "fp64"), 1e-3, batch_size=images, pool_size=0, **changes)
    plain, networks = beside_cyclegan(ours)
    for step in range(3):
        assert_same(ours.step(step), plain.step(*reals(ours, step), lambda fake: fake, lambda fake: fake), networks)


def test_three_steps_in_which_the_identity_loss_fades() -> None:
    ours = cyclegan(OURS, Runtime(CPU, "fp64"), 1e-3, lambda_identity=2.0, identity_fade=0.15, pool_size=0)
    plain, networks = beside_cyclegan(ours)
    assert ours.total_steps == 12
    for step, left in enumerate((1.0, 1 - (1 / 12) / 0.15, 0.0)):
        plain.lambda_identity = 2.0 * left
        assert_same(ours.step(step), plain.step(*reals(ours, step), lambda fake: fake, lambda fake: fake), networks)


@pytest.mark.parametrize("images", [2, 3])
def test_three_steps_of_dcgan(images: int) -> None:
    ours = dcgan(Runtime(CPU, "fp64"), 1e-3, batch_size=images)
    plain, networks = beside_dcgan(ours)
    latents = watched_latents(ours)
    for step in range(3):
        losses = ours.step(step)
        assert_same(losses, plain.step(pixels(ours.batches.at(step)), latents[step]), networks)
