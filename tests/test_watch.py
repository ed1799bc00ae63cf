"""A collapsed generator and a discriminator that is dead or has won give a warning of one line, early enough."""

import numpy as np
import pytest
import torch

from gan.core.images import Uint8
from gan.params.training import Watch
from gan.run.errors import CollapseError
from gan.run.progress import Progress
from gan.training.health import health
from gan.training.watch import diversity, watch

PARAMS = Watch(every_steps=10, least_diversity=0.3, most_accuracy=0.99, least_spread=0.01, stop=False)


def noise(count: int, seed: int = 0) -> Uint8:
    return np.random.default_rng(seed).integers(0, 256, (count, 8, 8, 1), np.uint8)


def told(
    capsys: pytest.CaptureFixture[str],
    made: Uint8,
    accuracy: list[float],
    spread: float = 0.4,
    params: Watch = PARAMS,
    real: Uint8 | None = None,
) -> tuple[list[dict[str, float]], str]:
    """The rows after a call of the watchdog, and what it printed."""
    rows = [
        {"step": 5.0 * (index + 1), "d_accuracy": value, "d_spread": spread} for index, value in enumerate(accuracy)
    ]
    with Progress("train", 10, "steps") as progress:
        watch(rows, {"": made}, {"": noise(100, 1) if real is None else real}, params, progress)
    return rows, capsys.readouterr().err


def test_a_healthy_training_is_not_disturbed(capsys: pytest.CaptureFixture[str]) -> None:
    rows, said = told(capsys, noise(64), [0.8, 0.7])
    assert "warning" not in said
    assert rows[-1]["diversity"] == pytest.approx(1, abs=0.05)
    assert "diversity" not in rows[0]


def test_one_image_for_every_latent_is_a_collapse(capsys: pytest.CaptureFixture[str]) -> None:
    _, said = told(capsys, np.repeat(noise(1), 64, axis=0), [0.8, 0.8])
    assert "warning: step 10: samples: 0.00 times as diverse as real images: the generator collapsed" in said


def test_only_rows_since_the_last_look_count(capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, noise(64), [0.5, 1.0, 1.0])[1]
    assert "d_accuracy 1.000: it recognises every image" in said


@pytest.mark.parametrize("accuracy", [0.3, 0.5, 0.7])
def test_a_discriminator_that_says_the_same_of_every_image_is_dead_whatever_its_accuracy(
    capsys: pytest.CaptureFixture[str], accuracy: float
) -> None:
    said = told(capsys, noise(64), [accuracy] * 2, spread=1e-4)[1]
    assert "d_spread 0.0001: the discriminator says the same of every image: it is dead" in said
    assert "warning" not in told(capsys, noise(64), [accuracy] * 2, spread=0.05)[1]


@pytest.mark.parametrize(("images", "patches"), [(32, 1), (1, 36)])
def test_healthy_discriminators_at_equilibrium_are_left_alone(
    capsys: pytest.CaptureFixture[str], images: int, patches: int
) -> None:
    """Their accuracy is that of guessing, but their outputs vary: 200 draws of logits with deviation 0.3."""
    torch.manual_seed(0)
    for _ in range(200):
        scores = [(torch.randn(2, images * patches) * 0.3).sigmoid() for _ in range(10)]
        rows = [{f"d_{name}": float(value) for name, value in health(*both).items()} for both in scores]
        with Progress("train", 10, "steps") as progress:
            watch([row | {"step": 1.0} for row in rows], {}, {}, PARAMS, progress)
    assert "warning" not in capsys.readouterr().err


def test_what_is_watched_of_a_discriminator() -> None:
    perfect = health(torch.ones(8), torch.zeros(8))
    assert float(perfect["accuracy"]) == 1
    assert float(perfect["spread"]) == 0.5
    dead = health(torch.full((8,), 0.73), torch.full((8,), 0.73))
    assert dead["accuracy"] == 0.5
    assert dead["spread"] < 1e-6
    real, fake = torch.rand(2, 500, generator=torch.Generator().manual_seed(0))
    assert health(real, fake)["spread"] == pytest.approx(np.concatenate([real, fake]).std(), rel=1e-5)


@pytest.mark.parametrize("modes", [1, 2, 5, 10])
@pytest.mark.parametrize("jitter", [0, 8])
def test_a_few_images_for_all_latents_are_a_collapse(
    capsys: pytest.CaptureFixture[str], digits: Uint8, modes: int, jitter: int
) -> None:
    """A few real digits many times, each a little different: their pixels vary as much as those of all digits."""
    rng = np.random.default_rng(0)
    again = digits[rng.integers(0, modes, 64)] + rng.normal(size=(64, *digits.shape[1:])) * jitter
    made = np.clip(again, 0, 255).astype(np.uint8)
    assert "the generator collapsed" in told(capsys, made, [0.8, 0.8], real=digits)[1]
    assert "warning" not in told(capsys, digits[:40], [0.8, 0.8], real=digits)[1]


def test_it_stops_where_params_ask(capsys: pytest.CaptureFixture[str]) -> None:
    params = PARAMS.model_copy(update={"stop": True})
    told(capsys, noise(64), [0.8, 0.8], params=params)
    with pytest.raises(CollapseError, match=r"stopped at step 10, as `watch.stop` asks: samples: 0.00 times"):
        told(capsys, np.zeros((64, 8, 8, 1), np.uint8), [0.8, 0.8], params=params)


def test_diversity_grows_with_the_distance_between_images() -> None:
    real = noise(100, 1)
    half = (noise(64).astype(int) // 2).astype(np.uint8)
    assert diversity(half, real) == pytest.approx(0.5, abs=0.05)
    assert diversity(real, real) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("made", [noise(64), np.zeros((64, 8, 8, 1), np.uint8)])
def test_beside_real_images_that_are_all_one_diversity_is_not_defined(
    capsys: pytest.CaptureFixture[str], made: Uint8
) -> None:
    rows, said = told(capsys, made, [0.8, 0.8], real=np.full((100, 8, 8, 1), 7, np.uint8))
    assert np.isnan(rows[-1]["diversity"])
    assert "warning" not in said
