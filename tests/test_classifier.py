"""The classifier of training images: it learns, repeats its bits, and comes back from its file."""

from pathlib import Path

import numpy as np
import pytest
import torch

from gan.core.runtime import Runtime
from gan.features import classifier
from gan.features.classifier import FILE, Classifier, classify, read_classifier, train, write_classifier
from gan.run.errors import DataError
from tests.shapes import shapes


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifier, "STEPS", 40)


@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize(("size", "channels"), [(32, 1), (32, 3), (128, 3), (256, 1)])
def test_it_learns_shapes_of_every_size(cpu: Runtime, size: int, channels: int) -> None:
    network = train(*shapes(300, size, channels), cpu)
    images, labels = shapes(100, size, channels, seed=1)
    assert (classify(network, images, cpu) == labels).mean() > 0.95


def test_it_is_the_same_whatever_was_drawn_before(cpu: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifier, "STEPS", 6)
    images, labels = shapes(100)
    one = train(images, labels, cpu)
    torch.manual_seed(7)
    np.random.seed(7)
    other = train(images, labels, cpu)
    for name, tensor in one.state_dict().items():
        assert torch.equal(tensor, other.state_dict()[name]), name
    labels[:50] = (labels[:50] + 1) % 3
    changed = train(images, labels, cpu).state_dict()
    assert any(not torch.equal(tensor, changed[name]) for name, tensor in one.state_dict().items())


@pytest.mark.usefixtures("_quick")
def test_fewer_images_than_a_batch(cpu: Runtime) -> None:
    images, labels = shapes(9)
    assert (classify(train(images, labels, cpu), images, cpu) == labels).mean() > 0.8


def test_its_file(cpu: Runtime, tmp_path: Path) -> None:
    network = Classifier(3, 7).eval()
    write_classifier(tmp_path, network, 0.9)
    first = (tmp_path / FILE).read_bytes()
    images = np.random.default_rng(0).integers(0, 256, (300, 32, 32, 3), np.uint8)
    again = read_classifier(tmp_path, cpu)
    np.testing.assert_array_equal(classify(again, images, cpu), classify(network, images, cpu))
    write_classifier(tmp_path, again, 0.9)
    assert (tmp_path / FILE).read_bytes() == first


def test_a_file_that_is_none_is_named(cpu: Runtime, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"classifier.safetensors is missing; `dvc repro -sf reference@"):
        read_classifier(tmp_path, cpu)
    for content in (b"", b"torn" * 20):
        (tmp_path / FILE).write_bytes(content)
        with pytest.raises(DataError, match=r"classifier.safetensors is damaged .*`dvc checkout --force"):
            read_classifier(tmp_path, cpu)
