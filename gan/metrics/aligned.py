"""How far translated images are from the truth, where a dataset knows it."""

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from gan.core.images import Uint8

BLOCK = 8  # pixels; block averages keep layout and colour, and forgive texture that is right but elsewhere


def scores(images: Uint8, truth: Uint8) -> dict[str, float]:
    """Every score of this file for images and truth (N, H, W, C), by column of the FID table."""
    return {
        "psnr": psnr(images, truth),
        "psnr_blocks": psnr_blocks(images, truth),
        "ssim": ssim(images, truth),
        "l1": l1(images, truth),
    }


def psnr(images: Uint8, truth: Uint8) -> float:
    """10 · log₁₀(255² / MSE) in dB, the MSE over all images together; inf where they are equal."""
    return _psnr(images.astype(np.float64), truth.astype(np.float64))


def psnr_blocks(images: Uint8, truth: Uint8) -> float:
    """PSNR of the averages of 8×8 blocks, in dB."""
    return _psnr(_block_means(images), _block_means(truth))


def ssim(images: Uint8, truth: Uint8) -> float:
    """Mean structural similarity (Wang et al. 2004) by scikit-image, 1 for equal images."""
    pairs = zip(images, truth, strict=True)
    return float(np.mean([structural_similarity(one, other, channel_axis=-1) for one, other in pairs]))


def l1(images: Uint8, truth: Uint8) -> float:
    """Mean absolute difference, in [0, 255]."""
    return float(np.abs(images.astype(np.float64) - truth).mean())


def best_constant(truth: Uint8) -> Uint8:
    """Images of the one colour nearest to the truth in MSE, its mean: what a model that knows nothing reaches."""
    colour = truth.mean(axis=(0, 1, 2)).round().astype(np.uint8)
    return np.broadcast_to(colour, truth.shape)


def _psnr(images: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    mse = float(np.square(images - truth).mean())
    return float("inf") if mse == 0 else 10 * float(np.log10(255**2 / mse))


def _block_means(images: Uint8) -> NDArray[np.float64]:
    count, height, width, channels = images.shape
    rows, columns = height // BLOCK, width // BLOCK
    whole = images[:, : rows * BLOCK, : columns * BLOCK].astype(np.float64)
    return whole.reshape(count, rows, BLOCK, columns, BLOCK, channels).mean(axis=(2, 4))
