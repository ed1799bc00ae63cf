"""reference: features of all real images of one model, once; no experiment that leaves the data alone repeats it."""

import sys
from pathlib import Path

import numpy as np

from gan.core import params
from gan.core.errors import clean_exit
from gan.core.paths import REFERENCE
from gan.core.runtime import start
from gan.data.packed import load_images, sets
from gan.metrics.extractors import build
from gan.metrics.features import extract


def main(model: str, data: Path) -> None:
    p = params.load()
    runtime = start(p.accelerator, p.precision)
    folder = REFERENCE / model
    folder.mkdir(parents=True, exist_ok=True)
    for name in p.evaluate.extractors:
        extractor = build(name, p.evaluate, runtime)
        features = {
            one: extract(load_images(data, one), extractor, p.evaluate.batch_size, f"{one}, {name}")
            for one in sets(data)
        }
        np.savez(folder / f"{name}.npz", allow_pickle=False, **features)


if __name__ == "__main__":
    with clean_exit():
        main(sys.argv[1], Path(sys.argv[2]))
