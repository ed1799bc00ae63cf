"""train-dcgan: DCGAN on packed images; writes the last generator, snapshots, losses, previews and run card."""

from gan.core.runtime import start
from gan.core.streams import Stream, seed_torch
from gan.data.packed import load_images
from gan.dcgan.train.recipe import DCGAN
from gan.params import schema as params
from gan.run.errors import clean_exit
from gan.run.paths import IMAGES
from gan.run.runstate import RunState
from gan.training.train import train


def main() -> None:
    p = params.load()
    with RunState("train-dcgan", p.keep_states) as state:
        images = load_images(IMAGES, "train")
        seed_torch(Stream.WEIGHTS, p.seed)
        train(DCGAN(images, p.train_dcgan, p.lr, p.seed, start(p.accelerator, p.precision, p.determinism)), state, p)


if __name__ == "__main__":
    with clean_exit():
        main()
