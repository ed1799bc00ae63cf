"""Samples of a conditional checkpoint: their classes, the pictures of them, and what is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gan.artifacts.checkpoint import Checkpoint, named
from gan.core.images import Uint8, grid
from gan.core.runtime import Runtime
from gan.core.seeding import torch_generator
from gan.core.streams import Stream
from gan.dcgan.labels import sample_labels
from gan.dcgan.sampling import choice_samples, generate, grids, load, samples, untrained
from gan.dcgan.train.architectures import GENERATORS
from gan.dcgan.train.layers import ConditionalBatchNorm
from gan.dcgan.train.nets import latents
from gan.params.models.dcgan import GeneratorShape, Sample
from gan.params.schema import Params
from gan.records.samples import ONLY, read_labels, write_labels
from gan.run.errors import CheckpointError, DataError, ParamsError
from gan.sampling.model import Context
from stages import train_dcgan
from tests import tiny

NAMES = ["a", "b", "c"]
TRAIN = np.array([0] * 60 + [1] * 30 + [2] * 10)
G = GeneratorShape(z_dim=6, latent="normal", upsample="transposed", width=2)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A packed dataset of 100 images, of which 60, 30 and 10 are of a class."""
    np.save(tmp_path / "train.npy", np.zeros((100, 4, 4, 1), np.uint8))
    (tmp_path / "labels").mkdir()
    np.save(tmp_path / "labels" / "train.npy", np.random.default_rng(0).permutation(TRAIN))
    (tmp_path / "card.json").write_text(json.dumps({"classes": NAMES}))
    return tmp_path


def checkpoint(architecture: str = "dcgan", classes: list[str] | None = None) -> Checkpoint:
    """A random generator; a class changes its images much, also in a residual one, whose classes start alike."""
    classes = NAMES if classes is None else classes
    torch.manual_seed(0)
    network = GENERATORS[architecture](G, 32, 1, len(classes))
    for layer in network.modules():
        if isinstance(layer, ConditionalBatchNorm):
            torch.nn.init.normal_(layer.gain.weight)
            torch.nn.init.normal_(layer.bias.weight)
    meta = {"generator": G.model_dump(), "size": 32, "channels": 1, "step": 1, "ema_decay": 0.0}
    meta |= {"classes": classes} if classes else {}
    return Checkpoint(named({"generator": network}), meta | {"architecture": architecture})


def wanted(**changes: Any) -> Sample:
    block = {"batch_size": 7, "count": 40, "columns": 4, "interpolations": 5, "classes": []}
    return Sample.model_validate(block | changes)


def context(data: Path, cpu: Runtime, seed: int = 0, batch_size: int = 7) -> Context:
    return Context(data, seed, batch_size, cpu)


@pytest.mark.parametrize(
    ("classes", "count", "expected"),
    [([], 40, [24, 12, 4]), ([], 10, [6, 3, 1]), (["c"], 5, [0, 0, 5]), (["c", "a"], 70, [60, 0, 10])],
)
def test_classes_come_as_often_as_in_the_training_set(
    classes: list[str], count: int, expected: list[int], data: Path, cpu: Runtime
) -> None:
    block = wanted(classes=classes, count=count, interpolations=1)
    labels = sample_labels(checkpoint(), block, context(data, cpu))
    assert labels is not None
    assert labels.dtype == np.int64
    assert np.bincount(labels, minlength=3).tolist() == expected
    again = sample_labels(checkpoint(), block, context(data, cpu, batch_size=3))
    assert again is not None
    assert np.array_equal(labels, again)


def test_no_class_is_off_by_a_whole_sample(data: Path, cpu: Runtime) -> None:
    for count in range(2, 60):
        labels = sample_labels(checkpoint(), wanted(count=count, interpolations=1), context(data, cpu))
        assert labels is not None
        assert np.abs(np.bincount(labels, minlength=3) - count * np.array([0.6, 0.3, 0.1])).max() < 1


def test_their_order_is_drawn_from_the_seed(data: Path, cpu: Runtime) -> None:
    one, other = (sample_labels(checkpoint(), wanted(), context(data, cpu, seed)) for seed in (0, 1))
    assert one is not None
    assert other is not None
    assert not np.array_equal(one, other)
    assert not np.array_equal(one, np.sort(one))


@pytest.mark.parametrize("architecture", ["dcgan", "residual"])
def test_each_sample_shows_its_label_whatever_the_batch_size(architecture: str, data: Path, cpu: Runtime) -> None:
    it = checkpoint(architecture)
    made = samples(it, wanted(), context(data, cpu))[ONLY]
    labels = sample_labels(it, wanted(), context(data, cpu))
    assert labels is not None
    alone = samples(it, wanted(), context(data, cpu, batch_size=1))[ONLY]
    assert np.abs(made.astype(int) - alone).max() <= 1  # another kernel may round a bit differently
    # Classes differ more from each other than latents: an image is nearest to the mean of its own class.
    means = np.stack([made[labels == label].mean(0) for label in range(3)])
    nearest = np.abs(made[:, None] - means[None]).mean((2, 3, 4)).argmin(1)
    assert (nearest == labels).mean() > 0.9


def test_the_grid_has_a_row_for_each_class_and_walks_stay_within_one(data: Path, cpu: Runtime) -> None:
    it, block = checkpoint(), wanted(columns=5)
    pictures = grids(it, samples(it, block, context(data, cpu)), block, context(data, cpu))
    z = latents(block.count, G, torch_generator(Stream.SAMPLES, 0))

    def made(chosen: list[int], labels: list[int]) -> Uint8:
        return generate(load(it), z[chosen], 7, cpu, np.array(labels))

    rows = made([0, 1, 2, 3, 4] * 3, [0] * 5 + [1] * 5 + [2] * 5)
    assert np.array_equal(pictures["samples"], grid(rows, 5, zoom=2))
    ends = made([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [0, 0, 1, 1, 2, 2, 0, 0, 1, 1])
    first, last = pictures["interpolation"][:, :68], pictures["interpolation"][:, -68:]
    assert np.abs(first - grid(ends[0::2], 1, zoom=2).astype(int)).max() <= 1
    assert np.abs(last - grid(ends[1::2], 1, zoom=2).astype(int)).max() <= 1


def test_choice_samples_are_of_all_classes(data: Path, cpu: Runtime) -> None:
    assert choice_samples(checkpoint(), 10, context(data, cpu))[""].shape == (10, 32, 32, 1)


def test_an_unconditional_checkpoint_has_no_labels_and_reads_none(tmp_path: Path, cpu: Runtime) -> None:
    plain = checkpoint(classes=[])
    empty = context(tmp_path, cpu)
    assert sample_labels(plain, wanted(), empty) is None
    assert samples(plain, wanted(), empty)[ONLY].shape == (40, 32, 32, 1)
    assert choice_samples(plain, 10, empty)[""].shape == (10, 32, 32, 1)


def test_an_untrained_one_has_the_same_classes(data: Path, cpu: Runtime) -> None:
    first = untrained(checkpoint("residual"), 0)
    assert samples(first, wanted(), context(data, cpu))[ONLY].shape == (40, 32, 32, 1)
    labels = sample_labels(first, wanted(), context(data, cpu))
    assert labels is not None
    assert np.bincount(labels).tolist() == [24, 12, 4]


def test_what_cannot_be_made_is_told(data: Path, cpu: Runtime) -> None:
    with pytest.raises(ParamsError, match=r"sample\.dcgan\.classes: no x, y; the checkpoint knows a, b, c"):
        samples(checkpoint(), wanted(classes=["x", "a", "y"]), context(data, cpu))
    with pytest.raises(ParamsError, match=r"classes: a, but the checkpoint knows no classes; set it to \[\], or train"):
        samples(checkpoint(classes=[]), wanted(classes=["a"]), context(data, cpu))
    (data / "card.json").write_text(json.dumps({"classes": ["a", "b", "d"]}))
    with pytest.raises(CheckpointError, match="knows the classes a, b, c, but "):
        samples(checkpoint(), wanted(), context(data, cpu))
    (data / "card.json").write_text("{}")
    with pytest.raises(DataError, match=r"names no classes \(KeyError\); prepare_data\.images\.labels: true"):
        samples(checkpoint(), wanted(), context(data, cpu))


def test_labels_are_kept_beside_their_samples(workspace: Path) -> None:
    assert read_labels("dcgan", "best") is None
    (workspace / "data/samples/dcgan/best").mkdir(parents=True)
    write_labels("dcgan", "best", np.array([2, 0, 1]))
    assert (workspace / "data/samples/dcgan/best/labels.npy").is_file()
    labels = read_labels("dcgan", "best")
    assert labels is not None
    assert labels.tolist() == [2, 0, 1]


def test_an_unknown_class_is_refused_before_the_training(data: Path, cpu: Runtime) -> None:
    values = tiny.values()
    values["prepare_data"]["images"]["labels"] = values["train_dcgan"]["conditional"] = True
    values["sample"]["dcgan"]["classes"] = ["x", "a", "y"]
    with pytest.raises(ParamsError, match=r"sample\.dcgan\.classes: no x, y; the training set has a, b, c"):
        train_dcgan.recipe(Params.model_validate(values), data, cpu)
