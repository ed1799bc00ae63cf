"""How far translated images are from the true translation, if a dataset knows it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan.core.images import Uint8

BLOCK = 8  # pixels; averages of blocks keep layout and colour, and ignore where in a block the texture lies


def scores(images: Uint8, truth: Uint8) -> dict[str, float]:
    """Every score of this file, by column of the FID table; images and truth are (N, H, W, C)."""
    return {
        "psnr": psnr(images, truth),
        "psnr_blocks": psnr_blocks(images, truth),
        "ssim": ssim(images, truth),
        "l1": l1(images, truth),
    }


def psnr(images: Uint8, truth: Uint8) -> float:
    """Mean over images of 10 · log₁₀(255² / MSE) in dB, by scikit-image, as papers give it; inf if two are equal."""
    return _mean_psnr(images, truth)


def psnr_blocks(images: Uint8, truth: Uint8) -> float:
    """PSNR in dB of the averages of 8×8 blocks."""
    return _mean_psnr(_block_means(images), _block_means(truth))


def ssim(images: Uint8, truth: Uint8) -> float:
    """Mean structural similarity (Wang et al. 2004) by scikit-image, 1 for equal images."""
    from skimage.metrics import structural_similarity  # here, as it imports SciPy's statistics, for 1 to 2 s

    pairs = zip(images, truth, strict=True)
    return float(np.mean([structural_similarity(one, other, channel_axis=-1) for one, other in pairs]))


def l1(images: Uint8, truth: Uint8) -> float:
    """Mean absolute difference, in [0, 255]."""
    return float(np.abs(images.astype(np.float64) - truth).mean())


def best_constant(truth: Uint8) -> Uint8:
    """Images of one colour, the mean of the truth: the best in MSE that a model reaches without seeing the input."""
    colour = truth.mean(axis=(0, 1, 2)).round().astype(np.uint8)
    return np.broadcast_to(colour, truth.shape)


def _mean_psnr(images: NDArray[Any], truth: NDArray[Any]) -> float:
    from skimage.metrics import peak_signal_noise_ratio

    with np.errstate(divide="ignore"):  # equal images
        pairs = zip(images, truth, strict=True)
        return float(np.mean([peak_signal_noise_ratio(real, made, data_range=255) for made, real in pairs]))


def _block_means(images: Uint8) -> NDArray[np.float64]:
    count, height, width, channels = images.shape
    rows, columns = height // BLOCK, width // BLOCK
    whole = images[:, : rows * BLOCK, : columns * BLOCK].astype(np.float64)
    return whole.reshape(count, rows, BLOCK, columns, BLOCK, channels).mean(axis=(2, 4))
