"""Steps of training, ours beside plain ones: straightforward networks and loops, float32, nothing fused or shared."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import functional as F

from benchmarks.speed import recipes
from benchmarks.speed.recipes import stepping
from benchmarks.speed.turns import gigaflops, rates
from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.params.schema import Params
from tests import plain_cyclegan, plain_dcgan

Row = dict[str, Any]


class Files(Dataset[torch.Tensor]):
    """PNG files, opened by Pillow, as most GAN code reads them."""

    def __init__(self, images: Uint8) -> None:
        self.files = []
        for image in images:
            self.files.append(io.BytesIO())
            Image.fromarray(image.squeeze()).save(self.files[-1], "PNG")

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> torch.Tensor:
        tensor: torch.Tensor = F.to_tensor(Image.open(self.files[index]))
        return tensor * 2 - 1


class InstanceNorm(nn.Module):
    """torch's own, as the public code has it. It is right in torch's plain layout, which the plain networks keep."""

    def __init__(self, _: str) -> None:
        super().__init__()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return nn.functional.instance_norm(images)


def endless(images: Uint8, batch_size: int) -> Iterator[torch.Tensor]:
    loader = DataLoader(Files(images), batch_size, shuffle=True, drop_last=True)
    while True:
        yield from loader


def dcgan(p: Params, runtime: Runtime, turns: int) -> Row:
    """64×64 in colour, width 64, batch 64."""
    ours = recipes.dcgan(64, 64, p, runtime)
    networks = plain_dcgan.generator(100, 64, 3, 64), plain_dcgan.discriminator(64, 3, 64)
    plain = plain_dcgan.Training(*networks, 2e-4, (0.5, 0.999))
    batches = endless(recipes.noise(0, recipes.COUNT, 64, 3), 64)
    ways = {"ours": stepping(ours), "plain": lambda: plain.step(next(batches), torch.randn(64, 100))}
    return beside("DCGAN 64², width 64, batch 64", ways, turns)


def cyclegan(size: int, blocks: int, p: Params, runtime: Runtime, turns: int) -> Row:
    """The paper's networks, batch 1, with its identity loss."""
    ours = recipes.cyclegan(size, blocks, 1, p, runtime)
    options = plain_cyclegan.Options(blocks=blocks, make_norm=InstanceNorm)
    a2b, b2a = (plain_cyclegan.Generator(options, 3, 3, bias=True) for _ in "ab")
    d_a, d_b = (plain_cyclegan.discriminator(64, 3, 3, bias=True, make_norm=InstanceNorm) for _ in "ab")
    plain = plain_cyclegan.Training(a2b, b2a, d_a, d_b)
    plain.optimise(2e-4, (0.5, 0.999))
    a, b = (endless(recipes.noise(seed, 8, size, 3), 1) for seed in (0, 1))
    same: plain_cyclegan.Pool = lambda images: images  # noqa: E731
    ways = {"ours": stepping(ours), "plain": lambda: plain.step(next(a), next(b), same, same)}
    return beside(f"CycleGAN {size}², the paper's, {blocks} blocks, batch 1", ways, turns)


def beside(work: str, ways: dict[str, Callable[[], object]], turns: int) -> Row:
    found = rates(ways, turns)
    row: Row = {"work": work, "unit": "steps/s", **found, "gflop": gigaflops(ways["ours"])}
    return row | ({"ratio": found["ours"] / found["plain"]} if "plain" in found else {})


def measure(p: Params, runtime: Runtime, turns: int) -> Iterator[Row]:
    """The defaults, then both models at the papers' sizes, a row each."""
    for model, default in recipes.DEFAULTS.items():
        yield beside(f"{model}, the default", {"ours": stepping(default(p, runtime))}, turns)
    yield dcgan(p, runtime, turns)
    for size, blocks in ((64, 6), (128, 6), (256, 9)):
        yield cyclegan(size, blocks, p, runtime, turns)
