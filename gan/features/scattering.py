"""A wavelet scattering transform: edges of every scale and direction, and colours, without learned weights."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from gan.core.images import Images
from gan.core.runtime import Runtime
from gan.features.weights import sha256_of

SCALES, DIRECTIONS = 4, 6  # wavelengths of 2.7, 5.3, 10.7 and 21.3 pixels
PAD = 16  # mirrored pixels on each side, so that opposite borders of an image do not meet
EDGE_CELLS, COLOUR_CELLS = 2, 4  # cells to a side, over which features are averaged
COLOUR = 5.0  # features of colours are their means times this, so that they vary about as much as those of edges
FAINT = 0.005  # of the range of a pixel: edges that are much fainter count little
YCBCR = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))  # as in JPEG, from RGB


class Scattering:
    """Features (N, 1200) of 64×64 images (Mallat 2012, arXiv 1101.2286; Bruna and Mallat 2013, arXiv 1203.1513).

    U x = |x ∗ ψ| for Morlet wavelets ψ of 4 scales and 6 directions. The features are means of luminance and of two
    differences of colours over 4×4 cells (48), of U of all three over 2×2 cells (288), and of U U of luminance, the
    second scale coarser than the first (864). Those of edges pass through log(1 + x / FAINT).
    """

    name = "scattering"
    size = 64
    width = 1200
    precision = "fp32"  # whatever `precision` in params.yaml says

    def __init__(self, runtime: Runtime) -> None:
        self.sha256 = sha256_of(Path(__file__))  # it has no weights: this code decides its features
        self.runtime = runtime
        self.colours = runtime.upload(torch.tensor(YCBCR))
        sides = [(self.size + 2 * PAD) >> halved for halved in range(SCALES - 1)]
        self.finest, *self.next = (
            runtime.upload(torch.from_numpy(wavelets(side, scale)).float())
            for side, scale in [(sides[0], 0), *((side, 1) for side in sides)]
        )

    @torch.inference_mode()
    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Float (N, 3, 64, 64) in [0, 255] to (N, 1200), on the CPU."""
        rgb = self.runtime.upload(images) / 255
        colours = torch.einsum("kc,nchw->nkhw", self.colours, rgb)
        where = functional.avg_pool2d(colours, self.size // COLOUR_CELLS).flatten(1)
        edges = torch.cat([means.flatten(1) for means in self._edges(colours)], dim=1)
        return torch.cat([COLOUR * where, torch.log1p(edges / FAINT)], dim=1).cpu()

    def probabilities(self, images: Images, batch_size: int) -> None:
        """None: the Inception Score is not defined without classes."""

    def _edges(self, colours: torch.Tensor) -> Iterator[torch.Tensor]:
        """(N, 3, 64, 64) to the means over cells of U (N, 3·6, 2, 2), and of U U (N, 6·6, 2, 2), scale by scale."""
        spectra = _coefficients(functional.pad(colours, (PAD,) * 4, mode="reflect"))
        finest = _modulus(spectra[:, :, None] * self.finest)
        for scale, moduli in enumerate([finest, *self._coarser(spectra, 0)]):
            yield _means(moduli, scale)
            for coarser, again in enumerate(self._coarser(_coefficients(moduli[:, 0]), scale), scale + 1):
                yield _means(again, coarser)

    def _coarser(self, spectra: torch.Tensor, halved: int) -> Iterator[torch.Tensor]:
        """The spectra (N, C, S, S) of images halved so often to U of the coarser scales: (N, C, 6, S / 2, …), ….

        The wavelets of each next scale are those of the one before, of an image of half the size.
        """
        for filters in self.next[halved:]:
            yield _modulus(_every_second(spectra[:, :, None] * filters))
            spectra = _halved(spectra)


def wavelets(size: int, scale: int) -> NDArray[np.float64]:
    """The Fourier transforms of Morlet wavelets of 6 directions on a periodic grid, which are real: (6, size, size).

    ψ̂(ω) = G(ω - ξ) - κ G(ω). G is a Gaussian whose deviation is 1 / (0.8 · 2^scale) along ξ, and 4/6 of that across. ξ
    has length 3π/4 / 2^scale, and κ makes ψ̂(0) = 0. These are the constants of kymatio (Andreux et al. 2020, JMLR 21,
    60). With them Σ |ψ̂|² ≤ 1, so that U changes by no more than the image does.
    """
    period = 2 * np.pi * np.arange(-2, 3)[:, None]  # a wavelet is sampled in space, so its spectrum repeats
    y, x = np.meshgrid(*[(period + 2 * np.pi * np.fft.fftfreq(size)).ravel()] * 2, indexing="ij")
    angle = np.arange(DIRECTIONS)[:, None, None] * np.pi / DIRECTIONS
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)

    def bump(centre: float) -> NDArray[np.float64]:
        squares = (along - centre) ** 2 + (across * DIRECTIONS / 4) ** 2
        repeated: NDArray[np.float64] = np.exp(-squares * (0.8 * 2**scale) ** 2 / 2).reshape(-1, 5, size, 5, size)
        return repeated.sum(axis=(1, 3))

    around, low = bump(0.75 * np.pi / 2**scale), bump(0.0)
    return around - around[:, :1, :1] / low[:, :1, :1] * low


def _coefficients(images: torch.Tensor) -> torch.Tensor:
    """Fourier coefficients (…, S, S), scaled so that those of an image of another size need no other scale."""
    return torch.fft.fft2(images, norm="forward")


def _modulus(spectra: torch.Tensor) -> torch.Tensor:
    return torch.fft.ifft2(spectra, norm="forward").abs()


def _every_second(spectra: torch.Tensor) -> torch.Tensor:
    """Spectra (…, S, S) of images to those of every second pixel in both directions: (…, S / 2, S / 2)."""
    top, bottom = spectra.chunk(2, dim=-2)
    left, right = (top + bottom).chunk(2, dim=-1)
    return left + right


def _halved(spectra: torch.Tensor) -> torch.Tensor:
    """Spectra (…, S, S) of images to those of images of half the size, which lack the higher half of frequencies."""
    side = spectra.shape[-1] // 4
    for axis in (-2, -1):
        spectra = torch.cat([spectra.narrow(axis, 0, side), spectra.narrow(axis, 3 * side, side)], axis)
    return spectra


def _means(moduli: torch.Tensor, halved: int) -> torch.Tensor:
    """(N, C, 6, S, S), halved so often and padded, to means over cells without the padding: (N, C · 6, 2, 2)."""
    pad = PAD >> halved
    inner = moduli.flatten(1, 2)[..., pad:-pad, pad:-pad]
    return functional.avg_pool2d(inner, inner.shape[-1] // EDGE_CELLS)
