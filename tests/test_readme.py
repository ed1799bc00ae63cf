"""The numbers in README.md are those of the committed run."""

import json
import re

import pandas as pd
import pytest

from tests.tiny import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS = {"DCGAN": ("dcgan", ""), "CycleGAN, satellite → map": ("cyclegan", "a2b")}
ROWS["CycleGAN, map → satellite"] = ("cyclegan", "b2a")


@pytest.mark.parametrize("name", ROWS)
def test_the_scores_are_those_of_the_committed_table(name: str) -> None:
    table = pd.read_csv(ROOT / "reports" / "fid.csv").fillna({"direction": ""})
    model, direction = ROWS[name]
    of = table[(table["model"] == model) & (table["direction"] == direction)].set_index("checkpoint")
    best, start, floor = (of.loc[checkpoint] for checkpoint in ("best", "start", "floor"))
    cells = [
        f"{1000 * best['kid']:.1f} ± {1000 * best['kid_std']:.1f}",
        f"{1000 * start['kid']:.1f} → {abs(1000 * floor['kid']):.1f}",  # without the sign of -0.0
        f"{best['fid']:.1f} ± {best['fid_std']:.1f}",
        f"{start['fid']:.1f} → {floor['fid']:.1f}",
    ]
    if direction:
        matched = [f"{row['sea_iou']:.3f}, {row['land_iou']:.3f}" for row in (best, start)]
        cells.append(f"{matched[0]} ({matched[1]})")
    else:
        cells.append("")
    line = next(line for line in README.splitlines() if line.startswith(f"| {name} |"))
    assert [cell.strip() for cell in line.split("|")[2:-1]] == cells


def test_the_minutes_are_those_of_the_committed_run() -> None:
    seconds = [
        json.loads((ROOT / f"reports/{model}/run.json").read_text())["seconds"] for model in ("dcgan", "cyclegan")
    ]
    told = re.search(r"DCGAN trained for (\d+) minutes and CycleGAN for (\d+),", README)
    assert told is not None
    assert [int(minutes) for minutes in told.groups()] == [round(one / 60) for one in seconds]
