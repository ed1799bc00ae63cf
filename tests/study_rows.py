"""Rows of a study's table, with scores that a test chooses."""

from collections import Counter
from typing import Any

import pandas as pd

from gan.commands.study import page
from gan.commands.study.plan import Group, Study
from gan.metrics.columns import COLUMNS

LIKE = dict.fromkeys({*COLUMNS} - {"seed"}, "x") | {"n_features": 1280, "step": 10, "libraries": "torch 2"}


def row(setting: str, seed: int, kid: float, direction: str = "", **changes: Any) -> dict[str, Any]:
    """A row of a run of the group digits, scored like all others but for the changes."""
    about = {"group": "digits", "model": "dcgan", "setting": setting, "seed": seed, "overrides": ""}
    about |= {"inputs": "x", "code": "y", "experiment": f"study-digits-{setting}-{seed}-01234567"}
    scored = {"kid": kid, "kid_std": 0.001, "fid": 1000 * kid, "fid_std": 0.3, "kid_start": 0.4, "fid_start": 200.0}
    where = {"direction": direction, "checkpoint": "best", "extractor": "lite", "reference": "train"}
    return about | where | {"n_real": 2000, "n_fake": 1000, "seconds": 60.0} | LIKE | scored | changes


SETTINGS: dict[str, list[str] | None] = {
    "default": None,
    "hinge": ["loss=hinge"],
    "slow": ["lr=1e-5"],
    "none": ["ema_decay=0.0"],
}
KIDS = {"default": 0.03, "hinge": 0.02, "slow": 0.3, "none": 0.0301}


def write_study(changes: str = "loss=hinge", about: str = "") -> None:
    """Write what a study of two groups found into the current folder: one setting helped, one hurt, one did nothing."""
    settings = SETTINGS | {"hinge": [changes]}
    groups = {
        "digits": Group(model="dcgan", about=about, always=["epochs=3"], settings=settings),
        "maps": Group(model="cyclegan", always=[], settings=settings),
    }
    made = [
        row(name, seed, kid + 0.0001 * seed, to, group=group, sea_iou=0.5 + seed / 1e6)
        for group, directions in (("digits", [""]), ("maps", ["a2b", "b2a"]))
        for to in directions
        for name, kid in KIDS.items()
        for seed in (0, 1, 2)
    ]
    planned = Counter((row["group"], row["setting"]) for row in made if row["direction"] in ("", "a2b"))
    page.write(Study(seeds=[0, 1, 2], groups=groups), pd.DataFrame(made), planned, kept=len(made))
