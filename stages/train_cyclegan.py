"""train-cyclegan: train CycleGAN on two domains; writes last generators, snapshots, losses, previews and run card."""

from pathlib import Path

from gan.core.runtime import Runtime
from gan.cyclegan.train.recipe import CycleGAN
from gan.loading.packed import load_images
from gan.params.schema import Params
from gan.training.train import run


def recipe(p: Params, data: Path, runtime: Runtime) -> CycleGAN:
    a, b = (load_images(data, f"train{domain}") for domain in "AB")
    return CycleGAN(a, b, p.train_cyclegan, p.lr, p.seed, runtime)


if __name__ == "__main__":
    run("cyclegan", recipe)
