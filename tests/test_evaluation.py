"""All scores of a set of images, also when some of them are not defined."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from gan.core.images import Images, Uint8
from gan.features.features import extract
from gan.features.reference import write_features, write_reference_card
from gan.metrics.evaluation import Evaluation
from gan.metrics.table import headline, table
from gan.params.schema import Params
from gan.records.samples import Output, SamplesCard, write_samples, write_samples_card
from gan.run.paths import PACKED, REFERENCE
from tests import tiny

IMAGES = PACKED / "images"


class Means:
    """An extractor whose features are the means of each colour in each quarter of an image."""

    name, size, width, sha256, precision = "means", 8, 12, "0", "fp32"

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.adaptive_avg_pool2d(images, 2).flatten(1)

    def probabilities(self, images: Images, batch_size: int) -> None:
        """None: it has no classes."""


def noise(count: int, seed: int) -> Uint8:
    return np.random.default_rng(seed).integers(0, 256, (count, 8, 8, 3), np.uint8)


def plain(count: int, shade: int) -> Uint8:
    return np.full((count, 8, 8, 3), shade, np.uint8)


def scores(train: Uint8, test: Uint8, made: Uint8) -> tuple[pd.DataFrame, dict[str, Any]]:
    """What `evaluate` writes: the table by checkpoint, and metrics.json."""
    IMAGES.mkdir(parents=True)
    for name, images in {"train": train, "test": test}.items():
        np.save(IMAGES / f"{name}.npy", images)
        write_features(REFERENCE / "dcgan" / "means", name, extract(images, Means(), 8))
    (IMAGES / "card.json").write_text(json.dumps({"source": "test", "sha256": {"train": "1", "test": "2"}}))
    write_reference_card(REFERENCE / "dcgan" / "means", Means())
    for checkpoint, images in {"best": made, "start": noise(20, 9)}.items():
        write_samples("dcgan", checkpoint, {"arr_0": images})
    write_samples_card("dcgan", SamplesCard({"": Output()}, {"best": {}, "start": {}}))
    values = tiny.values()
    values["select"]["dcgan"]["images"] = 4
    values["evaluate"]["checkpoints"] = ["best"]
    params = Params.model_validate(values)
    rows = table("dcgan", Evaluation("dcgan", IMAGES, Means(), params).rows(), {})
    metrics = json.dumps(headline(rows, {}, "best"), allow_nan=False)  # DVC shows NaN as a number, other tools fail
    text = StringIO(rows.to_csv(index=False, float_format="%.6g"))
    return pd.read_csv(text).set_index("checkpoint"), json.loads(metrics)["dcgan"]["means"]


@pytest.fixture(autouse=True)
def _here(workspace: Path) -> None:
    """In an empty folder."""


def test_nearest_train_is_relative_to_unseen_real_images() -> None:
    found, metrics = scores(noise(40, 0), noise(20, 1), noise(20, 2))
    assert 0.7 < found.loc["best", "nearest_train"] < 1.3
    assert metrics["nearest_train"] == pytest.approx(found.loc["best", "nearest_train"])


@pytest.mark.parametrize("made", [noise(20, 2), plain(20, 7), plain(20, 9)], ids=["noise", "copies", "another"])
@pytest.mark.parametrize("test", [plain(20, 7), noise(40, 0)[:20]], ids=["all of one shade", "all in training too"])
def test_nearest_train_is_not_defined_where_unseen_images_lie_in_training(test: Uint8, made: Uint8) -> None:
    train = plain(40, 7) if (test == 7).all() else noise(40, 0)
    found, metrics = scores(train, test, made)
    assert found["nearest_train"].isna().all()
    assert "nearest_train" not in metrics
    assert {"fid", "kid", "coverage"} <= metrics.keys()


def test_the_share_closed_is_not_defined_where_start_and_floor_are_one(digits: Uint8) -> None:
    rows = [{"checkpoint": name, "fid": 3.0, "kid": 0.1} for name in ("best", "start", "floor")]
    keys = {"model": "dcgan", "direction": "", "extractor": "means", "n_real": 4, "n_fake": 4}
    metrics = headline(table("dcgan", [keys | row for row in rows], {}), {}, "best")["dcgan"]["means"]
    assert metrics == dict.fromkeys(["fid", "fid_start", "fid_floor"], 3.0) | dict.fromkeys(
        ["kid", "kid_start", "kid_floor"], 0.1
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_agreement_that_is_not_defined_is_left_out(value: float) -> None:
    """Such as the deviation of the IoU of two empty masks, and the PSNR of equal images."""
    rows = [{"checkpoint": name, "fid": fid, "kid": fid} for name, fid in [("best", 2.0), ("start", 3.0), ("floor", 1)]]
    keys = {"model": "cyclegan", "direction": "a2b", "extractor": "means", "n_real": 4, "n_fake": 4}
    truth = {("a2b", name): {"psnr": value, "psnr_blocks": value, "l1": 0.0} for name in ("best", "constant")}
    metrics = headline(table("cyclegan", [keys | row for row in rows], truth), truth, "best")["cyclegan"]["a2b"]
    assert metrics["truth"] == {"l1": 0.0}
