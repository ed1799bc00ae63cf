"""The scattering transform has the properties that its papers prove, and the filters that its formula gives."""

import hashlib
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from benchmarks.extractors import CHANGES
from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.distances.kid import features_to_kid
from gan.features.extractors import build
from gan.features.features import extract
from gan.features.scattering import COLOUR, DIRECTIONS, FAINT, PAD, SCALES, Scattering, wavelets
from tests import tiny


@pytest.fixture(scope="module")
def scattering(cpu: Runtime) -> Scattering:
    return Scattering(cpu)


def photo(side: int = 64) -> torch.Tensor:
    """A photo of scikit-image, float (1, 3, side, side) in [0, 255]."""
    from skimage import data

    middle = data.chelsea()[6 : 6 + 4 * side, 100 : 100 + 4 * side].reshape(side, 4, side, 4, 3).mean((1, 3))
    return torch.from_numpy(middle).permute(2, 0, 1)[None].float()


def in_space(size: int, scale: int, angle: float) -> NDArray[np.complex128]:
    """A Morlet wavelet from its definition in space, with periodic copies, (size, size), its centre at [0, 0]."""
    deviation, frequency = 0.8 * 2**scale, 0.75 * np.pi / 2**scale
    wave, envelope = np.zeros((2, size, size), complex)
    for down, right in np.ndindex(5, 5):
        y, x = np.mgrid[:size, :size] - np.array([down - 2, right - 2])[:, None, None] * size
        along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        bump = np.exp(-(along**2 + (across * 4 / DIRECTIONS) ** 2) / (2 * deviation**2))
        bump /= 2 * np.pi * deviation**2 * DIRECTIONS / 4
        wave, envelope = wave + bump * np.exp(1j * frequency * along), envelope + bump
    made: NDArray[np.complex128] = wave - wave.sum() / envelope.sum() * envelope
    return made


@pytest.mark.parametrize("scale", [0, 1, 3])
def test_wavelets_are_those_of_the_formula_in_space(scale: int) -> None:
    found = wavelets(96, scale)
    for direction in range(DIRECTIONS):
        expected = np.fft.fft2(in_space(96, scale, direction * np.pi / DIRECTIONS))
        np.testing.assert_allclose(found[direction], expected, atol=1e-9)


def test_wavelets_cover_every_edge_and_add_no_energy() -> None:
    """Littlewood-Paley: the sum over all wavelets of |ψ̂|² is at most 1, and no visible frequency is lost."""
    squares = sum((wavelets(96, scale) ** 2).sum(axis=0) for scale in range(SCALES))
    both = (squares + np.roll(squares[::-1, ::-1], 1, (0, 1))) / 2  # a real image has ω and -ω
    y, x = np.meshgrid(*[np.fft.fftfreq(96) * 2 * np.pi] * 2)
    length = np.hypot(y, x)
    assert both.max() <= 1
    assert both[0, 0] < 1e-20, "a flat image has no edges"
    assert both[(length > 0.25) & (length < np.pi)].min() > 0.3


def coefficients(scattering: Scattering, images: torch.Tensor) -> NDArray[np.float64]:
    """Features without the logarithm and the factor: (N, 1200)."""
    found = scattering(images).numpy().astype(np.float64)
    return np.concatenate([found[:, :48] / COLOUR, np.expm1(found[:, 48:]) * FAINT], axis=1)


def edges(found: NDArray[np.float64]) -> tuple[list[NDArray[np.float64]], dict[tuple[int, int], NDArray[np.float64]]]:
    """Coefficients (N, 1200) by their scale: U of three colours (N, 3, 6, 2, 2); U U by both (N, 6, 6, 2, 2)."""
    rest, once, twice = found[:, 48:], [], {}
    for scale in range(SCALES):
        once.append(rest[:, : 3 * 24].reshape(-1, 3, 6, 2, 2))
        rest = rest[:, 3 * 24 :]
        for coarser in range(scale + 1, SCALES):
            twice[scale, coarser] = rest[:, : 6 * 24].reshape(-1, 6, 6, 2, 2)
            rest = rest[:, 6 * 24 :]
    assert rest.shape[1] == 0
    return once, twice


def test_features_are_those_of_the_definition(scattering: Scattering) -> None:
    """Computed anew in float64, each wavelet on the whole spectrum; halved spectra lack tails of coarse wavelets."""

    def moduli(seen: NDArray[np.float64], scale: int) -> NDArray[np.float64]:
        made = np.abs(np.fft.ifft2(np.fft.fft2(seen) * wavelets(len(seen), scale)))
        return made[:, :: 2**scale, :: 2**scale]

    def cells(seen: NDArray[np.float64]) -> NDArray[np.float64]:
        pad, side = len(seen[0]) // 6, len(seen[0]) // 3
        return seen[:, pad:-pad, pad:-pad].reshape(6, 2, side, 2, side).mean(axis=(2, 4))

    def off(found: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
        return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))

    image = photo()
    luminance = (image[0].double() * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(0).numpy() / 255
    found = coefficients(scattering, image)
    once, twice = edges(found)
    assert off(found[0, :16].reshape(4, 4), luminance.reshape(4, 16, 4, 16).mean((1, 3))) < 1e-6
    for scale in range(SCALES):
        seen = moduli(np.pad(luminance, PAD, "reflect"), scale)
        assert off(once[scale][0, 0], cells(seen)) < (1e-5 if scale < 2 else 0.01)
        for first, coarser in product(range(DIRECTIONS), range(scale + 1, SCALES)):
            expected = cells(moduli(seen[first], coarser - scale))
            assert off(twice[scale, coarser][0, first], expected) < 0.02


@pytest.mark.parametrize(("scale", "direction"), [(0, 2), (1, 0), (2, 5), (3, 3)])
def test_a_grating_is_seen_at_its_scale_and_direction(scattering: Scattering, scale: int, direction: int) -> None:
    angle, frequency = direction * np.pi / DIRECTIONS, 0.75 * np.pi / 2**scale
    y, x = np.mgrid[:64, :64]
    wave = 127.5 + 100 * np.cos(frequency * (x * np.cos(angle) + y * np.sin(angle)))
    once, _ = edges(coefficients(scattering, torch.from_numpy(wave).float().expand(1, 3, 64, 64)))
    seen = np.stack(once)[:, 0, 0].mean(axis=(-2, -1))  # of luminance, (4, 6)
    assert np.unravel_index(seen.argmax(), seen.shape) == (scale, direction)
    assert seen.max() == pytest.approx(100 / 255 / 2, rel=0.15), "half of it, as its other half has frequency -ω"


def test_grey_has_no_colours_and_colour_has(scattering: Scattering) -> None:
    image = photo()
    once, _ = edges(coefficients(scattering, torch.cat([image, image.mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)])))
    colours = np.stack(once)[:, :, 1:]
    assert colours[:, 1].max() < 1e-5
    assert colours[:, 0].min() > 1e-4


def test_it_changes_by_no_more_than_the_image_does(scattering: Scattering) -> None:
    """Mallat 2012: U is not expansive, and nor are means."""
    noise = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0)).mean(dim=1, keepdim=True) * 255
    pairs = torch.cat([photo().mean(dim=1, keepdim=True), noise, noise.flip(-1), torch.full_like(noise, 90)])
    once, _ = edges(coefficients(scattering, pairs.expand(-1, 3, -1, -1)))
    whole = np.pad(pairs[:, 0].numpy() / 255, ((0, 0), (PAD, PAD), (PAD, PAD)), "reflect")
    for one in range(4):
        for other in range(one):
            change = ((whole[one] - whole[other]) ** 2).sum()
            seen = sum(((of[one, 0] - of[other, 0]) ** 2).sum() * 32 * 32 for of in once)
            assert 0 < seen <= change


def test_a_small_shift_changes_little_and_a_mirror_much(scattering: Scattering) -> None:
    wide = photo(72)[..., 4:68, 4:68], photo(72)[..., 4:68, 5:69], photo(72)[..., 4:68, 4:68].flip(-1)
    here, moved, mirrored = (scattering(image) for image in wide)
    assert (here - moved).norm() < 0.2 * (here - mirrored).norm()


def test_features_of_sets_do_not_depend_on_the_batch(digits: Uint8, cpu: Runtime) -> None:
    extractor = build("scattering", tiny.params().evaluate, cpu)
    whole, apart = extract(digits[:6], extractor, 6), extract(digits[:6], extractor, 4)
    assert whole.shape == (6, 1200)
    np.testing.assert_allclose(whole, apart, atol=1e-4)
    assert np.abs(whole[0] - whole[1]).max() > 0.1


def test_a_stronger_change_is_farther_away(digits: Uint8, scattering: Scattering) -> None:
    """The benchmark of extractors, small: KID is near 0 for other digits, and grows with noise and with blur."""
    real, other = digits[:24], digits[24:]

    def kid(change: str) -> float:
        changed = CHANGES[change](other)
        assert changed.shape == other.shape
        assert changed.dtype == np.uint8
        return features_to_kid(extract(real, scattering, 8), extract(changed, scattering, 8))[0]

    same = kid("none")
    assert abs(same) < 0.02
    assert same < kid("noise of 8 grey levels") < kid("noise of 16 grey levels")
    assert same + 0.1 < kid("blurred by 1 pixels") < kid("blurred by 2 pixels")
    assert kid("mirrored") > same + 0.05


def test_the_changes_of_the_benchmark_are_what_they_are_called(digits: Uint8) -> None:
    shuffled = CHANGES["patches shuffled"](digits)
    assert (shuffled != digits).any()
    patches = [{one[y : y + 8, x : x + 8].tobytes() for y in (0, 8, 16, 24) for x in (0, 8, 16, 24)} for one in digits]
    assert all(one[8:16, 24:].tobytes() in there for one, there in zip(shuffled, patches, strict=True))
    np.testing.assert_array_equal(CHANGES["moved by 2 pixels"](digits)[:, 2:, 2:], digits[:, :-2, :-2])
    colour = digits[:, :, :, [0, 0, 0]] // np.array([1, 2, 4], np.uint8)
    spread = [float(CHANGES[f"colours faded by {share}%"](colour).std(axis=-1).mean()) for share in (25, 50, 75)]
    assert spread == pytest.approx([colour.std(axis=-1).mean() * share for share in (0.75, 0.5, 0.25)], rel=0.05)


def test_it_is_named_after_its_code(scattering: Scattering) -> None:
    """It has no weights, so that the hash of its code tells two versions of it apart."""
    code = Path(sys.modules[Scattering.__module__].__file__ or "")
    assert scattering.sha256 == hashlib.sha256(code.read_bytes()).hexdigest()
    assert scattering.precision == "fp32"
    assert Scattering(Runtime(torch.device("cpu"), "bf16")).precision == "fp32"
