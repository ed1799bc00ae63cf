"""`gan.load` of a commit gives the images that the stage `sample` made there, though the workspace has lost them."""

import shutil
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest

import gan
from gan.loading.packed import load_images

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
