"""train-cyclegan: CycleGAN on data/domains; writes best and last generators, history and previews."""

from gan.core import params
from gan.core.errors import clean_exit
from gan.core.paths import DOMAINS
from gan.core.runstate import RunState
from gan.core.runtime import seed_all, start
from gan.cyclegan.recipe import CycleGAN
from gan.data.packed import load_images
from gan.training.train import train


def main() -> None:
    p = params.load()
    with RunState("train-cyclegan", p.keep_states) as state:
        a, b = (load_images(DOMAINS, f"train{domain}") for domain in "AB")
        seed_all(p.seed)
        train(
            CycleGAN(a, b, p.train_cyclegan, p.lr, p.seed, start(p.accelerator, p.precision, p.determinism)), state, p
        )


if __name__ == "__main__":
    with clean_exit():
        main()
