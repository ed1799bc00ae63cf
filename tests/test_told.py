"""The scores that pages tell are those of the tables that are committed."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from tests.tiny import ROOT

README = ROOT / "README.md"
SHOWCASE, SHOWN = ROOT / "docs" / "showcase.md", ROOT / "docs" / "showcase"
TOLD = [  # page, name of the row, table, model, direction
    (README, "DCGAN", ROOT / "reports" / "fid.csv", "dcgan", ""),
    (README, "CycleGAN, satellite → map", ROOT / "reports" / "fid.csv", "cyclegan", "a2b"),
    (README, "CycleGAN, map → satellite", ROOT / "reports" / "fid.csv", "cyclegan", "b2a"),
    (SHOWCASE, "digits of a class", SHOWN / "classes.csv", "dcgan", ""),
    (SHOWCASE, "satellite tiles", SHOWN / "satellite.csv", "dcgan", ""),
    (SHOWCASE, "satellite → map", SHOWN / "maps.csv", "cyclegan", "a2b"),
    (SHOWCASE, "map → satellite", SHOWN / "maps.csv", "cyclegan", "b2a"),
]


@pytest.mark.parametrize(("page", "name", "table", "model", "direction"), TOLD, ids=[one[1] for one in TOLD])
def test_told_scores_are_those_of_the_table(page: Path, name: str, table: Path, model: str, direction: str) -> None:
    rows = pd.read_csv(table).fillna({"direction": ""})
    of = rows[(rows["model"] == model) & (rows["direction"] == direction)].set_index("checkpoint")
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
    lines = page.read_text(encoding="utf-8").splitlines()
    line = next(line for line in lines if line.startswith(f"| {name} |"))
    assert [cell.strip() for cell in line.split("|")[2:-1] if cell.strip()] == cells


def test_the_minutes_are_those_of_the_committed_run() -> None:
    cards = [ROOT / "reports" / model / "run.json" for model in ("dcgan", "cyclegan")]
    seconds = [json.loads(card.read_text())["seconds"] for card in cards]
    told = re.search(r"DCGAN trained for (\d+) minutes and CycleGAN for (\d+),", README.read_text(encoding="utf-8"))
    assert told is not None
    assert [int(minutes) for minutes in told.groups()] == [round(one / 60) for one in seconds]
