"""Where files lie. Every path is relative to the folder of dvc.yaml, in which DVC runs the stages."""

import os
from pathlib import Path

PARAMS = Path("params.yaml")
PIPELINE = Path("dvc.yaml")
LOCK = Path("dvc.lock")

PACKED = Path("data/packed")
CHECKPOINTS = Path("data/checkpoints")
REFERENCE = Path("data/reference")
SAMPLES = Path("data/samples")
REPORTS = Path("reports")
RUNS = Path("runs")  # what trainings show while they run; no result
LABELS = "labels"  # the classes of images, beside the images
CARD = "card.json"  # describes the files beside it

RUN_CARD = "run.json"  # how and where a training ran


def expanded(path: str) -> str:
    """The path with `~` or `~name` replaced by the home folder.

    Raises:
        ValueError: there is no such user.
    """
    try:
        return str(Path(path).expanduser()) if path.startswith("~") else path
    except RuntimeError as error:
        raise ValueError("nobody on this machine has this home") from error


def main_repository() -> Path:
    """The user's own repository, even when DVC runs an experiment in a copy of it."""
    return Path(os.environ.get("DVC_ROOT", "."))
