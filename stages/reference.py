"""reference: compute the features of all real images of one model; experiments that keep the data reuse them."""

import sys
from functools import partial
from pathlib import Path

from gan.core.runtime import Runtime, choose_runtime
from gan.features.classifier import classify, train, write_classifier
from gan.features.extractors import build
from gan.features.features import extract
from gan.features.reference import write_features, write_reference_card
from gan.loading.packed import has_labels, load_images, load_labels, sets
from gan.params.schema import Params, load
from gan.run.paths import REFERENCE
from gan.run.sharing import sharing
from gan.run.stage import stage


def main(p: Params, runtime: Runtime, model: str, data: Path) -> None:
    for name in p.evaluate.extractors:
        extractor = build(name, p.evaluate, runtime)
        for one in sets(data):
            features = extract(load_images(data, one), extractor, p.evaluate.batch_size, f"{one}, {name}")
            write_features(REFERENCE / model / name, one, features)
        write_reference_card(REFERENCE / model / name, extractor)
    if has_labels(data):
        know_classes(model, data, runtime)


def know_classes(model: str, data: Path, runtime: Runtime) -> None:
    """Train the classifier that scores samples of a class, and say how well it knows the test images."""
    classifier = train(load_images(data, "train"), load_labels(data, "train"), runtime)
    seen = classify(classifier, load_images(data, "test"), runtime)
    accuracy = float((seen == load_labels(data, "test")).mean())
    write_classifier(REFERENCE / model, classifier, accuracy)
    print(f"{model}: the classifier tells the class of {accuracy:.1%} of the test images")


if __name__ == "__main__":
    with stage(f"reference@{sys.argv[1]}", load) as p:
        choose = partial(choose_runtime, p.accelerator, p.precision, p.determinism)
        with sharing(p.devices, choose) as runtime:
            main(p, runtime, sys.argv[1], Path(sys.argv[2]))
