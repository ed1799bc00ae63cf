"""train-dcgan: train DCGAN on packed images; writes last generator, snapshots, losses, previews and run card."""

from pathlib import Path

from gan.core.runtime import Runtime
from gan.dcgan.train.recipe import DCGAN
from gan.loading.packed import load_images
from gan.params.schema import Params
from gan.training.train import run


def recipe(p: Params, data: Path, runtime: Runtime) -> DCGAN:
    return DCGAN(load_images(data, "train"), p.train_dcgan, p.lr, p.seed, runtime)


if __name__ == "__main__":
    run("dcgan", recipe)
