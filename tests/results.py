"""Small results of models, made by hand, as the stages leave them for the report."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from gan.loading.packed import load_images
from gan.report.page import Source, chapter, render
from gan.report.study import study
from gan.run.recorded import dvc_hash
from tests import tiny

SCORES = {
    "direction": "", "checkpoint": ["start", "last", "best", "floor"], "extractor": "efficientnet_lite0", "n_real": 60,
    "n_fake": 40, "fid": [209.0, 14.0, 13.0, 2.7], "kid": [0.41, 0.0135, 0.0124, -4e-6],
    "kid_std": [0.001, 0.0007, 0.0007, None], "fid_std": [None, 0.3, 0.3, None], "precision": [0, 0.6, 0.631, 0.9],
    "inception_score": None, "reference": "train", "images": ["start/arr_0", "last/arr_0", "best/arr_0", "test"],
    "sea_iou": [None, 0.9, 0.925, None], "extractor_sha256": "579344248a93", "step": [None, 40, 20, None],
    "libraries": "torch 2",
}  # fmt: skip
METRICS = {"fid": 13.0, "fid_std": 0.3, "kid": 0.0124, "kid_std": 0.0007}
METRICS |= {"kid_closed": 0.97, "kid_start": 0.41, "kid_floor": 0.0}
HISTORY = {
    "step": [10, 20, 30, 40], "epoch": [1, 2, 3, 4], "d_loss": [0.3, 0.2, 0.2, 0.1], "g_loss": [3, 4, 5, 5],
    "d_real": [0.6, 0.7, 0.8, 0.9], "d_fake": [0.4, 0.3, 0.2, 0.1], "d_accuracy": [0.5, 0.9, 0.9, 1],
    "efficientnet_lite0_kid": [None, 0.02, None, 0.03], "efficientnet_lite0_fid": [None, 221.378, None, 221.41],
}  # fmt: skip
CARD: dict[str, Any] = {
    "source": "folder", "licence": "mine", "sha256": {}, "rejected": 0, "preprocessing": "none",
    "sets": {name: {"count": 40, "shape": [8, 8, 1]} for name in ("train", "test")},
}  # fmt: skip
ENVIRONMENT = {"device": "a CPU", "threads": 1}
STRANGE = "a<b>\"&'c"  # as a user may call a class or a folder
OUTPUTS: dict[str, Any] = {"": {"target": "", "source": None, "back": None}}


def picture(path: Path, seed: int, width: int = 42) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (22, width, 3), np.uint8)
    Image.fromarray(pixels).save(path)


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def results(model: str, **changes: Any) -> Source:
    """Write the results of a model into the current folder; `changes` replace its history, card, outputs or metrics."""
    data, reports = Path("data/packed") / model, Path("reports") / model
    write(data / "card.json", changes.get("card", CARD))
    for name in ("train", "test"):
        np.save(data / f"{name}.npy", np.random.default_rng(0).integers(0, 256, (40, 8, 8, 1), np.uint8))
    write(Path("data/samples") / model / "card.json", {"outputs": changes.get("outputs", OUTPUTS), "made": {}})
    checkpoint = Path("data/checkpoints") / model / "last.safetensors"
    write(checkpoint, model)
    write(reports / "metrics.json", {model: changes.get("metrics", {"efficientnet_lite0": METRICS})})
    card = {"environments": [ENVIRONMENT], "checkpoint": {"md5": dvc_hash(checkpoint)}, "seconds": 5.0}
    write(reports / "run.json", card)
    pd.DataFrame({"model": model} | SCORES).to_csv(reports / "fid.csv", index=False)
    pd.DataFrame(changes.get("history", HISTORY)).to_csv(reports / "history.csv", index=False)
    for step in (20, 40):
        picture(reports / "previews" / f"{step:07d}.png", step)
    for seed, name in enumerate(("samples", "interpolation", "neighbours")):
        picture(Path("reports/samples") / f"{model}_{name}.png", seed)
    images = {name: load_images(data, name) for name in ("train", "test")}
    return Source(model, "images", data, ["samples", "interpolation"], images)


def shown(*sources: Source, **params: Any) -> str:
    """The page of results of these models, and of the study that lies in the current folder."""
    return render([chapter(source, tiny.values() | params, place) for place, source in enumerate(sources)], study())


def page(*models: str, **changes: Any) -> str:
    """The page of models whose results are written first, with these changes."""
    return shown(*(results(model, **changes) for model in models))
