"""Rows of a study's table, with scores that a test chooses."""

from typing import Any

from gan.metrics.columns import COLUMNS

LIKE = dict.fromkeys({*COLUMNS} - {"seed"}, "x") | {"n_features": 1280, "step": 10, "libraries": "torch 2"}


def row(setting: str, seed: int, kid: float, direction: str = "", **changes: Any) -> dict[str, Any]:
    """A row of a run of the group digits, scored like all others but for the changes."""
    about = {"group": "digits", "model": "dcgan", "setting": setting, "seed": seed, "overrides": ""}
    about |= {"inputs": "x", "code": "y", "experiment": f"study-digits-{setting}-{seed}-01234567"}
    scored = {"kid": kid, "kid_std": 0.001, "fid": 1000 * kid, "fid_std": 0.3, "kid_start": 0.4, "fid_start": 200.0}
    where = {"direction": direction, "checkpoint": "best", "extractor": "lite", "reference": "train"}
    return about | where | {"n_real": 2000, "n_fake": 1000, "seconds": 60.0} | LIKE | scored | changes
