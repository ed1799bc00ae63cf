"""train-dcgan: train DCGAN on packed images; writes last generator, snapshots, losses, previews and run card."""

from pathlib import Path

from gan.core.runtime import Runtime
from gan.dcgan.train.recipe import DCGAN, Classes
from gan.loading.packed import load_classes, load_images, load_labels
from gan.params.schema import Params
from gan.training.train import run


def recipe(p: Params, data: Path, runtime: Runtime) -> DCGAN:
    classes = None
    if p.train_dcgan.conditional:
        classes = Classes(load_classes(data), load_labels(data, "train"))
        p.sample.dcgan.refuse_unknown(classes.names, "the training set has")  # now, not after the training
    return DCGAN(load_images(data, "train"), p.train_dcgan, p.lr, p.seed, runtime, classes)


if __name__ == "__main__":
    run("dcgan", recipe)
