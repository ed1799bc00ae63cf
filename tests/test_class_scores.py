"""Whether samples show the class that was asked for, or all classes: by hand, and from packed data to metrics.json."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from gan.commands.verdicts import compare
from gan.core.images import Uint8
from gan.core.runtime import choose_runtime
from gan.features import classifier
from gan.loading.packed import load_images, load_labels
from gan.metrics.classes import accuracy, modes
from gan.params.schema import Params
from gan.records.samples import Output, SamplesCard, write_labels, write_samples, write_samples_card
from gan.run.errors import DataError
from gan.run.paths import PACKED, REFERENCE
from stages import evaluate, reference
from tests import preparing, tiny
from tests.shapes import NAMES, shapes

IMAGES = PACKED / "images"
RUNTIME = choose_runtime("cpu", "fp32", "exact")


def test_by_hand() -> None:
    asked, seen = np.array([0, 0, 0, 0, 2, 2, 2, 2]), np.array([0, 0, 0, 0, 2, 1, 0, 2])
    assert accuracy(asked, seen) == {
        "class_accuracy": 0.75,
        "class_accuracy_std": math.sqrt(0.75 * 0.25 / 8),
        "class_accuracy_worst": 0.5,
    }


def test_shuffled_labels_score_chance() -> None:
    seen = np.arange(10_000) % 10
    found = accuracy(np.random.default_rng(0).permutation(seen), seen)
    assert abs(found["class_accuracy"] - 0.1) < 4 * found["class_accuracy_std"]


def test_the_deviation_is_that_of_fresh_images() -> None:
    rng = np.random.default_rng(0)
    asked = np.zeros(200, np.int64)
    runs = [accuracy(asked, (rng.random(200) > 0.8).astype(np.int64)) for _ in range(2000)]
    real = np.std([run["class_accuracy"] for run in runs])
    assert np.mean([run["class_accuracy_std"] for run in runs]) == pytest.approx(real, rel=0.05)


def test_lost_modes_by_hand() -> None:
    """Of four equal classes, the samples show the first two only: KL = log(0.5 / 0.25)."""
    found = modes(np.array([0, 1, 1, 0]), np.arange(8) % 4)
    assert found == {"class_modes": 2.0, "class_kl": pytest.approx(math.log(2))}
    assert modes(np.arange(8) % 4, np.arange(4)) == {"class_modes": 4.0, "class_kl": 0.0}


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shapes in folders of their classes, packed with labels, and the results of the stage `reference`."""
    here = tmp_path_factory.mktemp("shapes")
    with pytest.MonkeyPatch().context() as patch:
        patch.chdir(here)
        patch.delenv("DVC_ROOT", raising=False)
        patch.setattr(classifier, "STEPS", 60)
        for index, (image, label) in enumerate(zip(*shapes(120), strict=True)):
            path = here / "here" / NAMES[label] / f"{index}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image[..., 0]).save(path)
        preparing.images(here, "folder", folder="here", labels=True, channels=1, test_count=40)
        reference.main(params(), RUNTIME, "dcgan", IMAGES)
    return here


@pytest.fixture
def data(packed: Path, workspace: Path) -> Path:
    """A copy of it as the current folder."""
    shutil.copytree(packed / "data", workspace / "data")
    return workspace


def params() -> Params:
    values = tiny.values()
    values["select"]["dcgan"]["images"] = 4
    values["evaluate"]["checkpoints"] = ["best"]
    return Params.model_validate(values)


def scored(images: Uint8, labels: NDArray[np.int64] | None) -> tuple[pd.DataFrame, dict[str, Any]]:
    """What `evaluate` writes of these samples: the table by checkpoint, and metrics.json of DCGAN."""
    for checkpoint in ("best", "start"):
        write_samples("dcgan", checkpoint, {"arr_0": images})
        if labels is not None:
            write_labels("dcgan", checkpoint, labels)
    write_samples_card("dcgan", SamplesCard({"": Output()}, {"best": {}, "start": {}}))
    evaluate.main(params(), RUNTIME, "dcgan", IMAGES)
    table = pd.read_csv("reports/dcgan/fid.csv").set_index("checkpoint")
    return table, json.loads(Path("reports/dcgan/metrics.json").read_text())["dcgan"]


@pytest.mark.usefixtures("data")
def test_real_test_images_with_their_labels_score_as_the_classifier_does() -> None:
    images, labels = load_images(IMAGES, "test")[:], load_labels(IMAGES, "test")
    table, metrics = scored(images, labels)
    floor = table.loc["floor", "class_accuracy"]
    assert floor > 0.9
    assert table.loc["best", "class_accuracy"] == table.loc["start", "class_accuracy"] == floor
    assert metrics["class"]["class_accuracy"] == metrics["class"]["class_accuracy_floor"] == pytest.approx(floor)
    assert "class_kl" not in table
    table, metrics = scored(images, (labels + 1) % 3)
    assert table.loc["best", "class_accuracy"] <= 1 - floor
    assert metrics["class"]["class_accuracy_worst"] < 0.2
    assert table.loc["floor", "class_accuracy"] == floor


@pytest.mark.usefixtures("data")
def test_the_floor_of_some_classes_is_of_their_test_images() -> None:
    images, labels = load_images(IMAGES, "test")[:], load_labels(IMAGES, "test")
    some = labels == 1
    table, _ = scored(images[some], labels[some])
    assert table.loc["floor", "class_accuracy"] == table.loc["best", "class_accuracy"]
    assert table.loc["floor", "class_accuracy_worst"] == table.loc["floor", "class_accuracy"]


@pytest.mark.usefixtures("data")
def test_an_unconditional_model_is_asked_for_no_class_but_its_lost_modes_show() -> None:
    images, labels = load_images(IMAGES, "train")[:], load_labels(IMAGES, "train")
    table, metrics = scored(images[labels == 2], None)
    assert "class_accuracy" not in table
    assert table.loc["best", "class_kl"] > 0.7 > 0.2 > table.loc["floor", "class_kl"]
    assert table.loc["floor", "class_modes"] == 3
    assert metrics["class"]["class_kl"] == pytest.approx(table.loc["best", "class_kl"])


@pytest.mark.usefixtures("data")
def test_data_without_labels_has_no_such_score_and_no_classifier() -> None:
    shutil.rmtree(IMAGES / "labels")
    table, metrics = scored(load_images(IMAGES, "test")[:], None)
    assert not [name for name in table if name.startswith("class")]
    assert metrics.keys() == {"efficientnet_lite0"}
    shutil.rmtree(REFERENCE)
    reference.main(params(), RUNTIME, "dcgan", IMAGES)
    assert {path.name for path in (REFERENCE / "dcgan").iterdir()} == {"efficientnet_lite0"}


@pytest.mark.usefixtures("data")
def test_labels_that_do_not_fit_the_samples_are_refused() -> None:
    images = load_images(IMAGES, "test")[:]
    for labels in (np.zeros(7, np.int64), np.full(len(images), 3)):
        with pytest.raises(DataError, match=r"dcgan, best: .* samples of 3 classes; `dvc repro -sf sample@dcgan`"):
            scored(images, labels)
    (REFERENCE / "dcgan" / "classifier.safetensors").unlink()
    with pytest.raises(DataError, match=r"classifier.safetensors is missing; `dvc repro -sf reference@dcgan`"):
        scored(images, np.zeros(len(images), np.int64))


def test_compare_judges_it(data: Path) -> None:
    """1.96 · √(2 · 0.9 · 0.1 / 900) = 0.0277."""
    tables = [
        pd.DataFrame(
            [
                {
                    "model": "dcgan", "direction": "", "checkpoint": "best", "extractor": "x",
                    "class_accuracy": share, "class_accuracy_std": 0.01, "class_accuracy_worst": share, "class_kl": 1.0,
                }
            ]
        )
        for share in (0.90, 0.92, 0.93)
    ]  # fmt: skip
    before, near, far = tables
    for after, expected in ((near, "within noise"), (far, "better")):
        rows = compare([before], [after], "best", set()).set_index("metric")
        assert rows.loc["class_accuracy", "verdict"] == f"{expected} (one seed)"
        assert rows.loc["class_accuracy_worst", "verdict"] == "noise not known (one seed)"
