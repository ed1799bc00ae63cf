"""sample: rebuild the generators of one model from their checkpoints alone, and write images and grids."""

import sys
from collections.abc import Callable

from gan.core.runtime import Runtime, start
from gan.params.schema import Params, load
from gan.run.stage import stage


def sampler(model: str) -> Callable[[Params, Runtime], None]:
    """The model's own sampling; only that model's code is imported, so that the other's edits rerun nothing here."""
    if model == "cyclegan":
        from gan.cyclegan.sampling import sample
    else:
        from gan.dcgan.sampling import sample
    return sample


def main(p: Params, model: str) -> None:
    sampler(model)(p, start(p.accelerator, p.precision, p.determinism))


if __name__ == "__main__":
    with stage(f"sample@{sys.argv[1]}", load) as p:
        main(p, sys.argv[1])
