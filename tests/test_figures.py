"""The picture of all trainings is drawn from histories as training writes them, with the same bytes each time."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from PIL import Image

from gan.report.figures import overview, training_curves

HISTORY = pd.DataFrame({"step": [1, 2, 3], "epoch": [0.5, 1, 1.5], "loss": [3, 2, 1], "x_fid": [9, None, 5]})


def test_a_row_a_model_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        training_curves({"dcgan": HISTORY, "cyclegan": HISTORY}, tmp_path / f"{name}.png")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    with Image.open(tmp_path / "one.png") as picture:
        assert picture.size == (1100, 680)


GRIDS = {"dcgan": ["samples", "interpolation"], "cyclegan": ["a2b", "b2a"], "toy": ["samples"]}


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_overview_shows_the_grids_of_any_number_of_models(count: int, tmp_path: Path) -> None:
    models = list(GRIDS)[:count]
    names = [f"{model}_{name}" for model in models for name in GRIDS[model]]
    shades = dict(zip(names, (0, 60, 120, 180, 240), strict=False))
    for name, shade in shades.items():
        Image.new("RGB", (40, 30), (shade, 255 - shade, 0)).save(tmp_path / f"{name}.png")
    overview(
        {model: [tmp_path / f"{model}_{name}.png" for name in GRIDS[model]] for model in models},
        tmp_path / "overview.jpg",
    )
    picture = plt.imread(tmp_path / "overview.jpg").astype(int)
    for shade in shades.values():
        distance = np.abs(picture - (shade, 255 - shade, 0)).max(axis=-1)
        assert (distance < 6).sum() > 1000, f"the grid of shade {shade} is not in the picture"
