"""Scores by a classifier: whether samples show the classes that were asked for, or else all classes of the data."""

from pathlib import Path

import numpy as np

from gan.core.runtime import Runtime
from gan.features.classifier import Labels, classify, read_classifier
from gan.loading.packed import has_labels, load_images, load_labels
from gan.metrics.comparisons import FLOOR, images_of
from gan.metrics.truth import Scores
from gan.records.samples import ONLY, START, read_labels, read_samples_card
from gan.run.errors import DataError
from gan.run.paths import REFERENCE


def class_scores(model: str, data: Path, checkpoints: list[str], runtime: Runtime) -> Scores:
    """By (output, checkpoint): `accuracy` if samples were asked for classes, `modes` if the model is unconditional.

    Empty if the dataset was packed without labels. `floor` are the test images of the classes asked for: the
    classifier's own accuracy, beyond which that of a generator tells nothing.

    Raises:
        DataError: the classifier is missing or damaged, or labels do not fit the samples.
    """
    if not has_labels(data):
        return {}
    classifier, card = read_classifier(REFERENCE / model, runtime), read_samples_card(model)
    scores: Scores = {}
    for name, output in card.outputs.items():
        training, test = (load_labels(data, f"{part}{output.target}") for part in ("train", "test"))
        asked: Labels | None = None
        for checkpoint in (*checkpoints, *({START} & card.made.keys())):
            images = images_of(f"fake/{checkpoint}/{name or ONLY}", model, data)
            asked, seen = read_labels(model, checkpoint), classify(classifier, images, runtime)
            if asked is not None and (len(asked) != len(seen) or asked.max() >= classifier.classes):
                raise DataError(
                    f"{model}, {checkpoint}: {len(asked)} labels up to {asked.max()} for {len(seen)} samples of "
                    f"{classifier.classes} classes; `dvc repro -sf sample@{model}` makes them again"
                )
            scores[name, checkpoint] = modes(seen, training) if asked is None else accuracy(asked, seen)
        seen = classify(classifier, load_images(data, f"test{output.target}"), runtime)
        known = np.isin(test, test if asked is None else asked)  # test images of the classes that were asked for
        scores[name, FLOOR] = modes(seen, training) if asked is None else accuracy(test[known], seen[known])
    return scores


def accuracy(asked: Labels, seen: Labels) -> dict[str, float]:
    """The share of images in which the classifier sees the class that was asked for, of all and of the worst class.

    `_std` is the binomial standard deviation over fresh images.
    """
    right = asked == seen
    share = float(right.mean())
    worst = min(float(right[asked == one].mean()) for one in np.unique(asked))
    return {
        "class_accuracy": share,
        "class_accuracy_std": (share * (1 - share) / len(right)) ** 0.5,
        "class_accuracy_worst": worst,
    }


def modes(seen: Labels, training: Labels) -> dict[str, float]:
    """Number of classes seen, and KL(seen ‖ training) in nats, as for stacked MNIST (Srivastava et al. 2017).

    The classifier's errors and the finite number of images keep the divergence above 0: compare it with `floor`.
    """
    classes = training.max() + 1
    p, q = (np.bincount(labels, minlength=classes) / len(labels) for labels in (seen, training))
    there = p > 0
    return {"class_modes": float(there.sum()), "class_kl": float((p[there] * np.log(p[there] / q[there])).sum())}
