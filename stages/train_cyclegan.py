"""train-cyclegan: CycleGAN on two domains; writes the last generators, snapshots, losses, previews and run card."""

from gan.core.runtime import start
from gan.core.streams import Stream, seed_torch
from gan.cyclegan.train.recipe import CycleGAN
from gan.data.packed import load_images
from gan.params import schema as params
from gan.run.errors import clean_exit
from gan.run.paths import DOMAINS
from gan.run.runstate import RunState
from gan.training.train import train


def main() -> None:
    p = params.load()
    with RunState("train-cyclegan", p.keep_states) as state:
        a, b = (load_images(DOMAINS, f"train{domain}") for domain in "AB")
        seed_torch(Stream.WEIGHTS, p.seed)
        train(
            CycleGAN(a, b, p.train_cyclegan, p.lr, p.seed, start(p.accelerator, p.precision, p.determinism)), state, p
        )


if __name__ == "__main__":
    with clean_exit():
        main()
