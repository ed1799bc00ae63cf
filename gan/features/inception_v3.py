"""Inception v3 as published FIDs use it, through clean-fid."""

import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from cleanfid.inception_torchscript import InceptionV3W

from gan.core.images import Images
from gan.core.runtime import Runtime
from gan.features.features import Features, resized
from gan.features.weights import sha256_of
from gan.run.download import Remote, fetch
from gan.run.errors import DataError
from gan.run.sharing import shared

WEIGHTS = Remote(
    "inception-2015-12-05.pt",
    ("https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/metrics/inception-2015-12-05.pt",),
    "sha256:f58cb9b6ec323ed63459aa4fb441fe750cfe39fafad6da5cb504a16f19e958f4",
)


class InceptionV3:
    """Pooled features (N, 2048) of 299×299 images: clean-fid's network, `mode="clean"`.

    Args:
        weights: the path of the file `inception-2015-12-05.pt`, taken as it is; None downloads it and checks it.

    Raises:
        DataError: the file is not there or has another name, or the download failed.
    """

    name = "inception_v3"
    size = 299
    width = 2048
    precision = "fp32"  # as for published scores, whatever `precision` in params.yaml says

    def __init__(self, runtime: Runtime, weights: str | None) -> None:
        path = _path(weights)
        self.sha256 = sha256_of(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the official file is a TorchScript, which torch calls deprecated
            self.network = InceptionV3W(str(path.parent), download=False).to(runtime.device).eval()
        self.runtime, self.weights = runtime, weights

    @torch.inference_mode()
    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Float (N, 3, 299, 299) in [0, 255] to (N, 2048), on the CPU."""
        features: torch.Tensor = self.network(self.runtime.upload(images))
        return features.float().cpu()

    def probabilities(self, images: Images, batch_size: int) -> Features:
        """uint8 (N, H, W, 1 or 3) to class probabilities (N, 1008), by logits without a bias, as in the original."""
        return np.concatenate([*shared(partial(self._probabilities, batch_size), batch_size, images)])

    @torch.inference_mode()
    def _probabilities(self, batch_size: int, images: Images) -> Iterator[Features]:
        for batch in resized(images, self.size, batch_size):
            yield self.network.base(self.runtime.upload(batch), no_output_bias=True).float().cpu().numpy()


def _path(weights: str | None) -> Path:
    if weights is None:
        return fetch(WEIGHTS, Path(torch.hub.get_dir()) / "gan")
    path = Path(weights)
    if path.name != WEIGHTS.name or not path.is_file():
        raise DataError(
            f"evaluate.inception_weights: {weights} is not a file named {WEIGHTS.name}, which clean-fid requires"
        )
    return path
