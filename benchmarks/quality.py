"""Seconds of training until images are good, ours beside what one would run instead: `python -m benchmarks.quality`.

It takes the packed data of the default run. Scoring stops the clock. benchmarks/quality.csv keeps the curves of KID,
benchmarks/quality.png shows them.

* DCGAN: the digits, and the digits enlarged to 64×64. Ours is the default training, and with the preset `digits-64`;
  the other is that of PyTorch's example, in a plain loop. Good is 90 % of the way from its untrained generator to the
  real images.
* CycleGAN: the pair of domains. Ours is the default training; the other is the paper's recipe in our code. Good is 80 %
  of what our whole training gains over the untranslated images.

The other one stops when it is good, or after three (DCGAN) and two (CycleGAN) times our seconds. If ours does not
become good, both get the same seconds.
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from benchmarks.presets import with_preset
from benchmarks.quality_clock import Point, Way, until
from benchmarks.quality_curves import draw, summary
from benchmarks.speed.machine import described
from benchmarks.speed.recipes import paper_cyclegan
from benchmarks.speed.training import endless
from gan.core.images import Images, Uint8
from gan.core.runtime import Runtime, choose_runtime
from gan.core.seeding import seed_torch
from gan.core.streams import Stream
from gan.core.tensors import to_uint8
from gan.cyclegan.train.recipe import CycleGAN
from gan.dcgan.train.recipe import DCGAN
from gan.distances.selection import Selection, choice_score
from gan.features.extractors import build
from gan.features.features import extract
from gan.loading.packed import load_images
from gan.params.schema import Params, load
from gan.run.errors import clean_exit
from gan.run.files import write_whole
from gan.training.recipe import Recipe
from tests import plain_dcgan

FOUND, PICTURE = Path("benchmarks/quality.csv"), Path("benchmarks/quality.png")
SAMPLES = 1000  # of each score
PAPER_LR = 2e-4  # of both papers


def judge(reals: dict[str, Images], p: Params, runtime: Runtime) -> Callable[[dict[str, Uint8]], float]:
    """A function from images to their KID, the mean over the outputs."""
    extractor = build(p.evaluate.extractors[0], p.evaluate, runtime)
    features = {name: extract(images, extractor, p.evaluate.batch_size) for name, images in reals.items()}
    selection = Selection(extractor, features, p.evaluate.batch_size, p.evaluate.nearest, p.seed)
    return lambda made: choice_score(selection.scores(made), "kid")


def ours(recipe: Recipe) -> Way:
    return Way("ours", recipe.step, lambda: recipe.samples(SAMPLES), recipe.total_steps)


def enlarged(images: Images, size: int) -> Uint8:
    """uint8 (N, size, size, C), bilinear."""
    pixels = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2)
    return torch.nn.functional.interpolate(pixels, (size, size), mode="bilinear").permute(0, 2, 3, 1).numpy()


def example(images: Uint8, seed: int) -> Way:
    """PyTorch's DCGAN, as its example trains it, on images (N, size, size, 1), size 32 or 64."""
    seed_torch(Stream.WEIGHTS, seed)
    size = images.shape[1]
    networks = plain_dcgan.generator(100, 64, 1, size), plain_dcgan.discriminator(64, 1, size)
    for network in networks:
        network.apply(_as_the_example)
    training = plain_dcgan.Training(*networks, PAPER_LR, (0.5, 0.999))
    batches, latents = endless(images, 64), torch.randn(SAMPLES, 100, 1, 1)

    @torch.no_grad()
    def made() -> dict[str, Uint8]:
        return {"": to_uint8(torch.cat([networks[0](some) for some in latents.split(50)]))}

    return Way("the example", lambda _: training.step(next(batches), torch.randn(64, 100)), made)


def _as_the_example(layer: torch.nn.Module) -> None:
    if isinstance(layer, torch.nn.Conv2d | torch.nn.ConvTranspose2d):
        torch.nn.init.normal_(layer.weight, 0.0, 0.02)
    elif isinstance(layer, torch.nn.BatchNorm2d):
        torch.nn.init.normal_(layer.weight, 1.0, 0.02)
        torch.nn.init.zeros_(layer.bias)


def dcgan(size: int, p: Params, runtime: Runtime, every: float) -> tuple[list[Point], float]:
    """Both curves, and the KID that is good."""
    images = enlarged(load_images(Path("data/packed/images"), "train"), size)
    kid = judge({"": images}, p, runtime)
    other = example(images, p.seed)
    target = 0.1 * kid(other.images())  # that of real images is 0
    if size == 64:
        p = with_preset("digits-64")
    seed_torch(Stream.WEIGHTS, p.seed)
    found = until(ours(DCGAN(images, p.train_dcgan, p.lr, p.seed, runtime)), kid, every, target)
    patience = 3 if found[-1].kid <= target else 1
    return found + until(other, kid, every, target, patience * found[-1].seconds), target


def cyclegan(p: Params, runtime: Runtime, every: float) -> tuple[list[Point], float]:
    """Both curves, and the KID that is good."""
    a, b = (load_images(Path("data/packed/domains"), f"train{domain}") for domain in "AB")
    kid = judge({"a2b": b, "b2a": a}, p, runtime)
    before = kid({"a2b": a[:SAMPLES], "b2a": b[:SAMPLES]})
    seed_torch(Stream.WEIGHTS, p.seed)
    found = until(ours(CycleGAN(a, b, p.train_cyclegan, p.lr, p.seed, runtime)), kid, every, 0.0)
    target = before - 0.8 * (before - found[-1].kid)
    good = next(point for point in found if point.kid <= target)
    params = paper_cyclegan(6, 1, p).model_copy(
        update={"lr_factor": 1.0, "epochs": 100, "decay_epochs": 100, "ema_decay": 0.0}
    )
    seed_torch(Stream.WEIGHTS, p.seed)
    paper = CycleGAN(a, b, params, PAPER_LR, p.seed, runtime)
    other = Way("the paper's recipe", paper.step, ours(paper).images)
    return found + until(other, kid, every, target, 2 * good.seconds), target


Curves = Callable[[Params, Runtime, float], tuple[list[Point], float]]
TRAININGS: dict[str, Curves] = {"dcgan": partial(dcgan, 32), "dcgan-64": partial(dcgan, 64), "cyclegan": cyclegan}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=TRAININGS, default=list(TRAININGS), help="these trainings; all")
    parser.add_argument("--every", type=float, default=20.0, help="seconds of training between scores; %(default)s")
    given = parser.parse_args()
    p = load()
    runtime = choose_runtime(p.accelerator, p.precision, p.determinism)
    for model in given.only:
        found, target = TRAININGS[model](p, runtime, given.every)
        rows = pd.DataFrame(found).assign(model=model, target=target, **described(runtime))
        print(*summary(rows), sep="\n", flush=True)
        kept = pd.read_csv(FOUND) if FOUND.exists() else pd.DataFrame({"model": []})
        together = pd.concat([kept[kept["model"] != model], rows])
        write_whole(FOUND, together.to_csv(index=False, float_format="%.4g").encode())
        draw(together, PICTURE)


if __name__ == "__main__":
    with clean_exit():
        main()
