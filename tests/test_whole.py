"""Pictures of any size through a generator: padded and cut back, and in tiles whose borders cannot be seen."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import gan
from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.sampling.use import Direction
from gan.use.whole import LEAST, HeldNorm, holding, in_tiles, reduced, whole
from tests.bad_files import photo
from tests.trained import PAPER, RESIDUAL, UNET, cyclegan, saved

KINDS = pytest.mark.parametrize("choices", [RESIDUAL, PAPER, UNET], ids=["residual", "paper", "unet"])


def direction(choices: dict[str, Any], folder: Path) -> Direction:
    return gan.load(saved(cyclegan(choices), folder)).direction("a2b")


def picture(width: int, height: int) -> Uint8:
    return np.array(photo(0, (width, height)))


@KINDS
def test_tiles_are_the_whole_picture_to_a_rounding(choices: dict[str, Any], workspace: Path, cpu: Runtime) -> None:
    how, image = direction(choices, workspace), picture(192, 160)
    network = holding(how, image[None], cpu)
    once = in_tiles(how, network, image, 1024, cpu, print).astype(int)
    assert once.std() > 10
    tiled = in_tiles(how, network, image, 48, cpu, print)
    assert np.abs(tiled - once).max() <= 1
    blind = replace(how, reach=how.multiple)
    assert np.abs(in_tiles(blind, network, image, 48, cpu, print) - once).max() > 1, "tiles that read too little show"


@KINDS
def test_held_statistics_are_the_norms_own(choices: dict[str, Any], workspace: Path, cpu: Runtime) -> None:
    how, image = direction(choices, workspace), picture(64, 48)[None]
    assert how.norms
    held = holding(how, image, cpu)
    assert sum(isinstance(one, HeldNorm) for one in held.modules()) == len(how.norms)
    own = how.run(cpu.place(how.network), image, 1, cpu).astype(int)
    assert np.abs(how.run(held, image, 1, cpu) - own).max() <= 1


@KINDS
def test_a_large_picture_goes_in_tiles_with_the_statistics_of_its_reduced_copy(
    choices: dict[str, Any], workspace: Path, cpu: Runtime
) -> None:
    how, image = direction(choices, workspace), picture(397, 358)[None]
    notes: list[str] = []
    tiled = whole(how, image, 64, cpu, notes.append)
    assert [notes[0], notes[-1]] == ["statistics of the whole picture", "tile 42 of 42"]
    padded = np.pad(image, [(0, 0), (0, -358 % how.multiple), (0, -397 % how.multiple), (0, 0)], mode="reflect")[0]
    network = holding(how, reduced(padded, 64 + 2 * how.reach, how.multiple), cpu)
    expected = in_tiles(how, network, padded, 1024, cpu, notes.append)[:358, :397].astype(int)
    assert np.abs(tiled[0] - expected).max() <= 1
    before = len(notes)
    whole(how, image, 1024, cpu, notes.append)
    assert len(notes) == before, "one pass has no tiles"


@pytest.mark.parametrize("size", [(1, 1), (5, 3), (37, 50), (64, 32), (66, 17)], ids=str)
@KINDS
def test_any_size_is_padded_and_cut_back(
    choices: dict[str, Any], size: tuple[int, int], workspace: Path, cpu: Runtime
) -> None:
    how, image = direction(choices, workspace), picture(*size)[None]
    made = whole(how, image, 1024, cpu, print)
    assert made.shape == image.shape
    sides = [-(-max(side, LEAST) // how.multiple) * how.multiple for side in image.shape[1:3]]
    more = [(0, side - had) for side, had in zip(sides, image.shape[1:3], strict=True)]
    padded = np.pad(image, [(0, 0), *more, (0, 0)], mode="reflect")
    expected = how.run(cpu.place(how.network), padded, 1, cpu)[:, : image.shape[1], : image.shape[2]]
    np.testing.assert_array_equal(made, expected)


def test_a_reduced_picture_keeps_its_shape_and_its_mean() -> None:
    image = picture(1000, 400)
    small = reduced(image, 200, 4)
    _, height, width, _ = small.shape
    assert (height % 4, width % 4) == (0, 0)
    assert 0.8 * 200**2 < height * width <= 200**2
    assert width / height == pytest.approx(2.5, rel=0.05)
    np.testing.assert_allclose(small.mean((0, 1, 2)), image.mean((0, 1)), atol=0.5)
    assert reduced(image[..., :1], 200, 4).shape == (1, height, width, 1)


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16], ids=str)
def test_a_held_norm_is_the_norm_of_its_first_input(kind: torch.dtype) -> None:
    first, second = (3 + 2 * torch.randn(1, 4, 6, 5, generator=torch.manual_seed(seed)) for seed in (0, 1))
    for per_channel, dims in ((True, (2, 3)), (False, (1, 2, 3))):
        norm = HeldNorm(per_channel)
        norm(first.to(kind))
        mean, variance = first.double().mean(dims, True), first.double().var(dims, correction=0, keepdim=True)
        expected = (second.double() - mean) / (variance + 1e-5).sqrt()
        atol = 1e-5 if kind == torch.float32 else 0.05
        torch.testing.assert_close(norm(second.to(kind)).double(), expected, rtol=0, atol=atol)
