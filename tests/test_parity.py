"""Our scores equal those of other libraries, from the same features, and from images through Inception."""

import warnings
from pathlib import Path

import numpy as np
import torch
from cleanfid.fid import get_folder_features
from cleanfid.inception_torchscript import InceptionV3W
from PIL import Image

from benchmarks import parity
from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.features.features import extract
from gan.features.inception_v3 import InceptionV3


def test_on_the_same_features_every_library_says_the_same() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = parity.rows()
    assert len(rows) == 12
    for row in rows:
        assert row["relative"] < 1e-6, row


def photos(seed: int, count: int) -> Uint8:
    """Smooth noise, uint8 (count, 40, 40, 3)."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (count, 6, 6, 3), np.uint8)
    return np.stack([np.asarray(Image.fromarray(one).resize((40, 40), Image.Resampling.BICUBIC)) for one in small])


def test_the_path_of_inception_is_that_of_clean_fid(tmp_path: Path, inception_weights: Path, cpu: Runtime) -> None:
    """clean-fid reads and resizes a folder of PNGs itself."""
    images = photos(0, 20)
    for index, image in enumerate(images):
        Image.fromarray(image).save(tmp_path / f"{index:02d}.png")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = InceptionV3W(str(inception_weights.parent), download=False)
        expected = get_folder_features(
            str(tmp_path), theirs, num_workers=0, device=torch.device("cpu"), mode="clean", verbose=False
        )
    found = extract(images, InceptionV3(cpu, str(inception_weights)), 16)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())


def test_inceptions_probabilities_are_a_distribution(inception_weights: Path, cpu: Runtime) -> None:
    extractor = InceptionV3(cpu, str(inception_weights))
    probabilities = extractor.probabilities(photos(0, 5), 2)
    assert probabilities.shape == (5, 1008)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert len(extractor.sha256) == 64
