"""train-dcgan: train DCGAN on packed images; writes last generator, snapshots, losses, previews and run card."""

from gan.core.runtime import Runtime
from gan.dcgan.train.recipe import DCGAN
from gan.loading.packed import load_images
from gan.params.schema import Params
from gan.run.paths import PACKED
from gan.training.train import run


def recipe(p: Params, runtime: Runtime) -> DCGAN:
    images = load_images(PACKED / "images", "train")
    return DCGAN(images, p.train_dcgan, p.lr, p.seed, runtime)


if __name__ == "__main__":
    run("train-dcgan", recipe)
