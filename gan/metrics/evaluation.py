"""The rows of one model's FID table that need an extractor, from images and features on disk."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan.core.images import Images
from gan.distances.frechet import Moments, fid, moments, sampling_std
from gan.distances.kid import features_to_kid, mean_within, subset_std
from gan.distances.prdc import features_to_prdc, nearest_distances
from gan.distances.selection import choice_part
from gan.features.features import Extractor, Features, extract
from gan.features.reference import read_features
from gan.metrics.comparisons import Comparison, comparisons, images_of
from gan.metrics.inception_score import probabilities_to_score
from gan.metrics.protocol import protocol
from gan.params.by_model import block_of
from gan.params.schema import Params
from gan.records.samples import SamplesCard, read_samples_card
from gan.run.errors import DataError
from gan.run.paths import REFERENCE
from gan.run.progress import Progress

Row = dict[str, Any]
Nearest = tuple[NDArray[np.floating], NDArray[np.intp]]
BLOCK = 4096  # features that are in float64 at the same time
ROUNDING = 1e-6  # distances up to this share of a feature's norm count as 0


@dataclass
class Evaluation:
    """The scores of one model by one extractor.

    Args:
        data: the folder of its packed dataset.
    """

    model: str
    data: Path
    extractor: Extractor
    params: Params
    _nearest: dict[tuple[str, str], Nearest] = field(default_factory=dict, init=False)

    @cached_property
    def card(self) -> SamplesCard:
        return read_samples_card(self.model)

    @cached_property
    def wanted(self) -> list[Comparison]:
        return comparisons(self.card, self.params.evaluate.checkpoints, self.params.evaluate.reference)

    @property
    def selected(self) -> int:
        """Number of training images that `select` uses; the reference `unchosen` leaves them out."""
        return int(block_of(self.params.select, self.model).images)

    def rows(self) -> list[Row]:
        """One row per comparison: its keys, the two sets and their sizes, the scores and the protocol."""
        rows = []
        with Progress("scores", len(self.wanted), "rows") as progress:
            for one in self.wanted:
                measured = self._keys(one) | self._scores(one)
                rows.append(measured | protocol(self.model, one, self.card.made, self.data, self.extractor))
                progress.advance(1, one.checkpoint)
        return rows

    def images(self, name: str) -> Images:
        """A set of images by its name in `Comparison`."""
        return images_of(name, self.model, self.data)

    def features(self, name: str) -> Features:
        """The features (N, D) of a set of images by its name; those of real images come from the stage `reference`."""
        if name not in self._features:
            kind, _, rest = name.partition("/")
            if kind == "real":
                self._features[name] = self._reference_features(rest)
            else:
                title = f"{rest.removesuffix('/arr_0')}, {self.extractor.name}"
                images, batch_size = self.images(name), self.params.evaluate.batch_size
                self._features[name] = extract(images, self.extractor, batch_size, title)
        return self._features[name]

    def _reference_features(self, name: str) -> Features:
        """The features of a packed set, from the stage `reference`."""
        found = read_features(REFERENCE / self.model / self.extractor.name, name)
        expected = (len(self.images(f"real/{name}")), self.extractor.width)
        if found.shape != expected:
            raise DataError(
                f"{name}: {REFERENCE / self.model} has features {found.shape}, the images ask for {expected}; "
                f"`dvc repro -sf reference@{self.model}` computes them again"
            )
        return found

    @cached_property
    def _features(self) -> dict[str, Features]:
        return {}

    @cached_property
    def _references(self) -> dict[str, tuple[Moments, float]]:
        return {}

    def left(self, name: str) -> NDArray[np.bool_]:
        """A mask (N,) over a set: the images that belong to the reference, all or those that `select` does not use."""
        count = len(self.images(name))
        return (
            ~choice_part(count, self.selected) if self.params.evaluate.reference == "unchosen" else np.ones(count, bool)
        )

    def reference(self, name: str) -> Features:
        """The features (n, D) of the images of a set that belong to the reference."""
        left = self.left(name)
        return self.features(name) if left.all() else self.features(name)[left]

    def _of_reference(self, name: str) -> tuple[Moments, float]:
        """What every row needs of the reference, computed once: its moments, and the mean of KID's kernel within it."""
        if name not in self._references:
            features = self.reference(name)
            self._references[name] = moments(blocks(features)), mean_within(features)
        return self._references[name]

    def _keys(self, one: Comparison) -> Row:
        return {
            "model": self.model,
            "direction": one.direction,
            "checkpoint": one.checkpoint,
            "extractor": self.extractor.name,
            "n_real": int(self.left(one.real).sum()),
            "n_fake": len(self.images(one.compared)),
            "reference": one.real.removeprefix("real/"),
            "images": one.compared.partition("/")[2],
        }

    def _scores(self, one: Comparison) -> dict[str, float]:
        wanted, seed = self.params.evaluate, self.params.seed
        real, fake = self.reference(one.real), self.features(one.compared)
        of_real, within_real = self._of_reference(one.real)
        kid, kid_std = features_to_kid(real, fake, within_real)
        scores = {
            "fid": fid(of_real, moments(blocks(fake))),
            "kid": kid,
            "kid_std": kid_std,
            "kid_subset_std": subset_std(real, fake, wanted.kid_subsets, wanted.kid_subset_size, seed),
            **features_to_prdc(real, fake, wanted.nearest),
            "nearest_train": self._nearest_train(one),
        }
        if one.trained:
            scores["fid_std"] = sampling_std(of_real, fake, wanted.fid_resamples, seed)
        probabilities = None
        if one.compared.startswith("fake/"):
            probabilities = self.extractor.probabilities(self.images(one.compared), wanted.batch_size)
        if probabilities is not None:
            score, std = probabilities_to_score(probabilities, wanted.inception_splits, seed)
            scores |= {"inception_score": score, "inception_score_std": std}
        return scores

    def _nearest_train(self, one: Comparison) -> float:
        """Median distance of images to the nearest training image, relative to that of the real test images.

        1 means as far away as unseen real images, 0 means copies of training images. It is NaN (not defined) if half
        of the test images or more are in the training set too, for example because the same files are in both.
        """
        made, unseen = (float(np.median(self.nearest(images, one.train)[0])) for images in (one.compared, one.test))
        length = float(np.linalg.norm(self.features(one.train)[0]))
        return made / unseen if unseen > ROUNDING * length else float("nan")

    def nearest(self, images: str, train: str) -> Nearest:
        """For each image of a set, the distance to the nearest training image, and its index; computed once."""
        if (images, train) not in self._nearest:
            self._nearest[images, train] = nearest_distances(self.features(images), self.features(train))
        return self._nearest[images, train]


def blocks(features: Features) -> "list[Features]":
    """Views of a few thousand rows each."""
    return [features[first : first + BLOCK] for first in range(0, len(features), BLOCK)]
