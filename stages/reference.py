"""reference: features of all real images of one model, once; experiments that do not change the data reuse them."""

import sys
from pathlib import Path

from gan.core.runtime import start
from gan.data.packed import load_images, sets
from gan.features.extractors import build
from gan.features.features import extract
from gan.features.reference import write_card, write_features
from gan.params.schema import Params, load
from gan.run.paths import REFERENCE
from gan.run.stage import stage


def main(p: Params, model: str, data: Path) -> None:
    runtime = start(p.accelerator, p.precision, p.determinism)
    for name in p.evaluate.extractors:
        extractor = build(name, p.evaluate, runtime)
        for one in sets(data):
            features = extract(load_images(data, one), extractor, p.evaluate.batch_size, f"{one}, {name}")
            write_features(REFERENCE / model / name, one, features)
        write_card(REFERENCE / model / name, extractor)


if __name__ == "__main__":
    with stage(f"reference@{sys.argv[1]}", load) as p:
        main(p, sys.argv[1], Path(sys.argv[2]))
