"""`gan.load` of a commit gives the images that the stage `sample` made there, though the workspace has lost them."""

import shutil
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest
import torch

import gan
from gan.loading.packed import load_images
from tests.project import sh

pytestmark = pytest.mark.usefixtures("_back_to_start")


def test_what_is_loaded_from_a_commit_makes_the_images_of_the_pipeline(clone: Path) -> None:
    made = {
        name: np.load(clone / "data" / "samples" / f"{name}.npy")
        for name in ("dcgan/best/arr_0", "dcgan/last/arr_0", "cyclegan/best/a2b")
    }
    with chdir(clone):
        photos = np.array(load_images(Path("data/packed/domains"), "testA")[:])
        shutil.rmtree("data/checkpoints")
        for checkpoint in ("best", "last"):
            images = gan.load("HEAD", "dcgan", checkpoint).sample(40, batch_size=100)
            np.testing.assert_array_equal(images, made[f"dcgan/{checkpoint}/arr_0"])
        maps = gan.load("HEAD", "cyclegan").translate(photos, "a2b", batch_size=16)
        assert not Path("data/checkpoints").exists()
    np.testing.assert_array_equal(maps, made["cyclegan/best/a2b"])


def test_an_experiment_in_a_copy_begins_with_the_weights_of_a_tag(clone: Path) -> None:
    changes = ["train_dcgan.start_from=v1", "train_dcgan.epochs=1", "lr=1e-9"]
    sh(clone, "git", "tag", "v1")
    command = ["dvc", "exp", "run", "--temp", "-n", "warm", *(part for one in changes for part in ("-S", one))]
    sh(clone, *command, "train-dcgan")
    with chdir(clone):
        first, last = gan.load("v1", "dcgan"), gan.load("warm", "dcgan", "last")
    assert last.meta["started"]["start_from"] == "v1"
    for name, weight in first.checkpoint.weights.items():
        if weight.is_floating_point() and "running" not in name:
            torch.testing.assert_close(last.checkpoint.weights[name], weight.float(), rtol=0, atol=1e-5)
    sh(clone, "git", "tag", "-d", "v1")
    sh(clone, "dvc", "exp", "remove", "warm")


def test_an_export_of_a_commit_tells_its_data_params_and_scores(clone: Path) -> None:
    with chdir(clone):
        shutil.rmtree("data/checkpoints")
    sh(clone, "python", "-m", "gan", "export", "HEAD", "--to", "onnx", "--direction", "b2a", "--out", "maps")
    card = (clone / "maps" / "README.md").read_text()
    for told in (
        "source: satellite_topography",
        "width: 4",
        "Scores of b2a by features of",
        "| best | 24 |",
        "dtype | ",
    ):
        assert told in card
    assert "unknown" not in card.split("## Scores")[1].split("## Limits")[0]
    assert "a2b" not in card.split("## Scores")[1]
