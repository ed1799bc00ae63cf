"""Inception v3 as FID knows it, through clean-fid: the scores that published numbers compare with."""

import contextlib
import io
from pathlib import Path

import torch
from cleanfid.inception_torchscript import InceptionV3W

from gan.core.errors import DataError
from gan.core.runtime import Runtime

FILE = "inception-2015-12-05.pt"


class InceptionV3:
    """Pooled features (N, 2048) of 299×299 images: clean-fid's network, `mode="clean"`.

    Args:
        weights: the file `inception-2015-12-05.pt`, or None to let clean-fid download it.

    Raises:
        DataError: the file is not there, or the download failed.
    """

    name = "inception_v3"
    size = 299

    def __init__(self, runtime: Runtime, weights: str | None) -> None:
        self.network = _load(weights).to(runtime.device).eval()
        self.runtime = runtime

    @torch.inference_mode()
    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Float (N, 3, 299, 299) in [0, 255] to (N, 2048), on the CPU; always float32, as published scores are."""
        features: torch.Tensor = self.network(self.runtime.upload(images))
        return features.float().cpu()


def _load(weights: str | None) -> InceptionV3W:
    if weights is not None:
        path = Path(weights)
        if path.name != FILE or not path.is_file():
            raise DataError(f"evaluate.inception_weights: {weights} is not a file named {FILE}, as clean-fid wants it")
        return InceptionV3W(str(path.parent), download=False)
    folder = Path(torch.hub.get_dir()) / "gan"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return InceptionV3W(str(folder), download=True)
    except (OSError, RuntimeError) as error:
        (folder / FILE).unlink(missing_ok=True)  # a broken download must not be taken for the weights
        raise DataError(
            f"clean-fid could not download {FILE} ({error}). Put the file anywhere by hand and name it in "
            "evaluate.inception_weights, or evaluate with efficientnet_lite0 alone"
        ) from error
