"""What an extractor sees: KID of real images that were changed in a known way, `python -m benchmarks.extractors`.

It needs the packed digits and satellite tiles: run `dvc repro prepare-data@dcgan prepare-data@cyclegan` first.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage

from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.distances.kid import features_to_kid, mean_within
from gan.features.extractors import build
from gan.features.features import extract
from gan.loading.packed import load_images
from gan.params.schema import load
from gan.run.paths import PARAMS

SETS = {"digits": (Path("data/packed/images"), "train"), "satellite": (Path("data/packed/domains"), "trainA")}
EXTRACTORS = ["efficientnet_lite0", "scattering"]

Change = Callable[[Uint8], Uint8]


def noise(levels: float) -> Change:
    """Independent normal noise on every value, of this deviation in [0, 255]."""
    return lambda images: _rounded(images + np.random.default_rng(0).normal(0, levels, images.shape))


def blur(pixels: float) -> Change:
    """A Gaussian of this deviation."""
    return lambda images: _rounded(ndimage.gaussian_filter(images.astype(float), (0, pixels, pixels, 0)))


def fade(share: float) -> Change:
    """Every pixel nearer to its own mean over the channels, by this share of the way."""
    return lambda images: _rounded(images + share * (images.mean(axis=-1, keepdims=True) - images))


def shift(pixels: int) -> Change:
    """Moved down and to the right; the first row and column are repeated."""
    return lambda images: np.pad(images, ((0, 0), (pixels, 0), (pixels, 0), (0, 0)), "edge")[:, :-pixels, :-pixels]


def mirror(images: Uint8) -> Uint8:
    """Left and right exchanged."""
    return images[:, :, ::-1]


def shuffle(images: Uint8) -> Uint8:
    """Each image cut into 4×4 patches, which change places, in each image in another way."""
    rng, side = np.random.default_rng(0), images.shape[1] // 4
    patches = images.reshape(len(images), 4, side, 4, side, -1).swapaxes(2, 3).reshape(len(images), 16, side, side, -1)
    mixed = np.stack([rng.permutation(one) for one in patches]).reshape(len(images), 4, 4, side, side, -1)
    return mixed.swapaxes(2, 3).reshape(images.shape)


def _rounded(images: NDArray[np.float64]) -> Uint8:
    return images.round().clip(0, 255).astype(np.uint8)


CHANGES: dict[str, Change] = {
    "none": lambda images: images,
    "moved by 1 pixel": shift(1),
    "moved by 2 pixels": shift(2),
    **{f"noise of {levels} grey levels": noise(levels) for levels in (4, 8, 16)},
    **{f"blurred by {pixels} pixels": blur(pixels) for pixels in (0.5, 1, 2)},
    **{f"colours faded by {share:.0%}": fade(share) for share in (0.25, 0.5, 0.75)},
    "mirrored": mirror,
    "patches shuffled": shuffle,
}


def measure(name: str, of: str, count: int) -> list[str]:
    """A cell for each change: KID ×1000 between `count` real images and as many others, changed; ± its deviation."""
    images = load_images(*SETS[of])
    chosen = np.random.default_rng(0).permutation(len(images))[: 2 * count]
    real, other = (images[np.sort(part)] for part in np.split(chosen, 2))
    params = load(PARAMS).evaluate
    extractor = build(name, params, Runtime(torch.device("cpu"), "fp32"))
    features = extract(real, extractor, params.batch_size, f"{of}, {name}")
    within = mean_within(features)
    cells = []
    for what, change in CHANGES.items():
        if "colours" in what and images.shape[-1] == 1:
            cells.append("")
            continue
        changed = extract(change(other), extractor, params.batch_size, f"{of}, {name}, {what}")
        kid, std = features_to_kid(features, changed, within)
        cells.append(f"{1000 * kid:.1f} ± {1000 * std:.1f}")
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extractors", description=__doc__)
    parser.add_argument("extractors", nargs="*", default=EXTRACTORS, help="%(default)s")
    parser.add_argument("--images", type=int, default=500, help="images in each set; %(default)s")
    given = parser.parse_args()
    places = [(of, name) for of in SETS for name in given.extractors]
    columns = [measure(name, of, given.images) for of, name in places]
    rows = [["change", *(f"{of}, {name}" for of, name in places)], ["---"] * (1 + len(places))]
    rows += [list(row) for row in zip(CHANGES, *columns, strict=True)]
    print("\n".join(f"| {' | '.join(row)} |" for row in rows))


if __name__ == "__main__":
    main()
