"""The picture of what `python -m benchmarks.speed` has measured."""

from pathlib import Path

import pandas as pd
from PIL import Image

from benchmarks.speed import picture
from tests.tiny import ROOT


def test_a_line_of_panels_for_each_machine(tmp_path: Path) -> None:
    """Also for one that has measured no share of the ceiling, or nothing beside plain code."""
    rows = pd.read_csv(ROOT / "benchmarks" / "speed.csv")
    heights = []
    for name, part in {"all": rows, "none": rows[rows["ratio"].isna() & rows["of_ceiling"].isna()]}.items():
        picture.draw(part, path := tmp_path / f"{name}.png")
        with Image.open(path) as image:
            heights.append(image.height)
    assert heights[0] > 2 * heights[1]
