"""Random numbers as a function of purpose, seed and step: no generator has a state that a kill would lose."""

from enum import StrEnum
from hashlib import blake2b

import numpy as np


class Stream(StrEnum):
    """The purposes of random numbers. No two purposes share a stream, whatever their seeds and steps.

    The text is hashed into the seed, so another text gives other results.
    """

    SPLIT = "shuffling images before they are split"
    LIMIT = "drawing a part of a source"
    TILES = "places of tiles on a map"
    WEIGHTS = "initial weights"
    ORDER = "order of training images"
    STEP = "one training step: latents, crops, flips, swaps of the image pool"
    PREVIEW = "latents of previews"
    CHOICE_REALS = "training images to choose a snapshot by"
    CHOICE_LATENTS = "latents to choose a snapshot by"
    CHOICE_INPUTS = "inputs to choose a snapshot by"
    SAMPLES = "latents of samples"
    SAMPLE_CLASSES = "order of the classes of samples"
    SHOWN = "images that a grid shows"
    KID_SUBSETS = "subsets of KID"
    FID_RESAMPLES = "resamples of FID"
    PRDC_SUBSET = "images of the larger set that PRDC looks at"
    INCEPTION_SPLITS = "splits of the Inception Score"
    CLASSIFIER = "weights, order and shifts of the classifier"


def numpy_generator(stream: Stream, *key: int) -> np.random.Generator:
    """A new NumPy generator, seeded from a purpose and a few integers."""
    return np.random.default_rng(mixed(stream, key))


def mixed(stream: Stream, key: tuple[int, ...]) -> int:
    """A hash of the purpose and the key, 63 bits."""
    text = ":".join([stream, *(str(int(part)) for part in key)])
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) >> 1
