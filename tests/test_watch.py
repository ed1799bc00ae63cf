"""A generator that collapsed, a discriminator that died or won: told in a line, and in time."""

import numpy as np
import pytest

from gan.core.errors import CollapseError
from gan.core.images import Uint8
from gan.core.params import Watch
from gan.core.progress import Progress
from gan.training.watch import diversity, watch

PARAMS = Watch(every_steps=10, least_diversity=0.3, most_accuracy=0.99, stop=False)


def noise(count: int, seed: int = 0) -> Uint8:
    return np.random.default_rng(seed).integers(0, 256, (count, 8, 8, 1), np.uint8)


def told(
    capsys: pytest.CaptureFixture[str], made: Uint8, accuracy: list[float], params: Watch = PARAMS
) -> tuple[list[dict[str, float]], str]:
    """The rows after a look, and what it said."""
    rows = [{"step": 5.0 * (index + 1), "d_accuracy": value} for index, value in enumerate(accuracy)]
    with Progress("train", 10, "steps") as progress:
        watch(rows, {"": made}, {"": noise(100, 1)}, params, progress)
    return rows, capsys.readouterr().err


def test_a_healthy_training_is_not_disturbed(capsys: pytest.CaptureFixture[str]) -> None:
    rows, said = told(capsys, noise(64), [0.8, 0.7])
    assert "warning" not in said
    assert rows[-1]["diversity"] == pytest.approx(1, abs=0.05)
    assert "diversity" not in rows[0]


def test_one_image_for_every_latent_is_a_collapse(capsys: pytest.CaptureFixture[str]) -> None:
    _, said = told(capsys, np.repeat(noise(1), 64, axis=0), [0.8, 0.8])
    assert "warning: step 10: samples: 0.00 times as diverse as real images: the generator collapsed" in said


@pytest.mark.parametrize(
    ("accuracy", "said"),
    [
        ([0.5, 1.0, 1.0], "d_accuracy 1.000: the discriminator tells all images"),
        ([0.9, 0.4, 0.4], "d_accuracy 0.400: the discriminator is dead"),
    ],
)
def test_only_rows_since_the_last_look_count(
    capsys: pytest.CaptureFixture[str], accuracy: list[float], said: str
) -> None:
    assert said in told(capsys, noise(64), accuracy)[1]


def test_it_stops_where_params_ask(capsys: pytest.CaptureFixture[str]) -> None:
    params = PARAMS.model_copy(update={"stop": True})
    told(capsys, noise(64), [0.8, 0.8], params)
    with pytest.raises(CollapseError, match=r"stopped at step 10, as `watch.stop` asks: samples: 0.00 times"):
        told(capsys, np.zeros((64, 8, 8, 1), np.uint8), [0.8, 0.8], params)


def test_diversity_grows_with_the_spread() -> None:
    real = noise(100, 1)
    half = (noise(64).astype(int) // 2).astype(np.uint8)
    assert diversity(half, real) == pytest.approx(0.5, abs=0.05)
    assert diversity(real, real) == pytest.approx(1, abs=0.05)
