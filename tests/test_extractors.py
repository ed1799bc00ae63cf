"""Features of real and generated images are computed by the same network, in the same precision."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gan.core.runtime import Runtime, choose_runtime
from gan.features.efficientnet_lite0 import EfficientNetLite0
from gan.features.extractors import build, build_as
from gan.features.inception_v3 import InceptionV3
from gan.features.reference import write_features, write_reference_card
from gan.params.evaluate import Evaluate
from gan.run.errors import DataError
from tests import tiny


@pytest.fixture
def block() -> Evaluate:
    return tiny.params().evaluate


@pytest.fixture
def reference(tmp_path: Path, block: Evaluate, cpu: Runtime) -> Path:
    """The output of the stage `reference` on a GPU, where `precision: auto` is bf16."""
    folder = tmp_path / "efficientnet_lite0"
    extractor = EfficientNetLite0(replace(cpu, precision="bf16"))
    write_features(folder, "train", torch.zeros(2, extractor.width).numpy())
    write_reference_card(folder, extractor)
    return folder


def test_made_images_are_seen_in_the_arithmetic_of_the_reference(
    reference: Path, block: Evaluate, cpu: Runtime
) -> None:
    """Whatever is the fastest here: bf16 changes features by a hundredth."""
    extractor = build_as(reference, block, cpu)
    assert extractor.precision == "bf16"
    images = torch.rand(2, 3, 224, 224) * 255
    as_then, exact = extractor(images), build("efficientnet_lite0", block, cpu)(images)
    assert not torch.allclose(as_then, exact, rtol=1e-4)


def test_other_weights_than_those_of_the_reference_are_refused(reference: Path, block: Evaluate, cpu: Runtime) -> None:
    path = reference / "card.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"extractor_sha256": "0"}))
    with pytest.raises(DataError, match=r"by other weights of efficientnet_lite0 .* `dvc repro -sf reference@"):
        build_as(reference, block, cpu)
    path.unlink()
    with pytest.raises(DataError, match="`dvc repro reference` makes it"):
        build_as(reference, block, cpu)


def test_inception_is_float32_whatever_the_precision(inception_weights: Path, cpu: Runtime) -> None:
    extractor = InceptionV3(replace(cpu, precision="bf16"), str(inception_weights))
    assert extractor.precision == "fp32"
    images = torch.rand(2, 3, 299, 299) * 255
    assert torch.equal(extractor(images), InceptionV3(cpu, str(inception_weights))(images))


@pytest.mark.parametrize("precision", ["fp32", "bf16", "auto"])
def test_float32_is_not_tf32(precision: str) -> None:
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = True
    choose_runtime("cpu", precision, "fast")
    assert not torch.backends.cudnn.allow_tf32
    assert not torch.backends.cuda.matmul.allow_tf32
