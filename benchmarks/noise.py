"""How often is a verdict of `compare` wrong with one seed each? `python -m benchmarks.noise` measures it.

It needs the features of `dvc repro reference@dcgan`. Equal generators are scored against one reference, and every pair
of them is compared. A verdict of better or worse is then a false alarm; at 95 % confidence, 5 % of them are expected.
Then one of each pair is made better by three true standard deviations of the difference. If the measured deviations
are right, 85 % of these improvements are found.
"""

import argparse
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from gan.commands.verdicts import LOWER, one_seed
from gan.distances.frechet import fid, moments, sampling_std
from gan.distances.kid import features_to_kid, mean_within
from gan.distances.prdc import features_to_prdc
from gan.features.features import Features
from gan.features.reference import read_features
from gan.metrics.masks import Mask, iou
from gan.run.paths import REFERENCE
from gan.run.progress import Progress

COUNTS = (250, 360, 1000, 10_000)
WIDTH = 64  # length of the feature vectors with a known covariance
Scores = dict[str, float]
Draw = Callable[[np.random.Generator, int, int, int], tuple[Features, list[Features]]]  # a reference and equal sets


def known(rng: np.random.Generator, real: int, count: int, sets: int) -> tuple[Features, list[Features]]:
    """Normal features, with variances that fall as 1, 1/2, 1/3 and so on, like those of a network's features."""
    deviations = np.arange(1.0, WIDTH + 1) ** -0.5
    return rng.normal(size=(real, WIDTH)) * deviations, [
        rng.normal(size=(count, WIDTH)) * deviations for _ in range(sets)
    ]


def moved(rng: np.random.Generator, real: int, count: int, sets: int) -> tuple[Features, list[Features]]:
    """As `known`, but the generators differ from the reference in their mean."""
    reference, made = known(rng, real, count, sets)
    return reference, [one + 0.1 for one in made]


def digits(rng: np.random.Generator, real: int, count: int, sets: int) -> tuple[Features, list[Features]]:
    """Features of MNIST, split at random: no image is in two sets."""
    folder = REFERENCE / "dcgan" / "efficientnet_lite0"
    features = np.concatenate([read_features(folder, name) for name in ("train", "test")])
    order = rng.permutation(len(features))
    chosen = [order[real + index * count : real + (index + 1) * count] for index in range(sets)]
    return features[order[:real]], [features[one] for one in chosen if len(one) == count]


def scores_of(reference: Features, made: list[Features], seed: int) -> Iterator[Scores]:
    """For each set of features, all scores that compare features, and the standard deviations that they report."""
    of_reference, within = moments([reference]), mean_within(reference)
    for fake in made:
        kid, kid_std = features_to_kid(reference, fake, within)
        distance = fid(of_reference, moments([fake]))
        noise = {"kid_std": kid_std, "fid_std": sampling_std(of_reference, fake, 40, seed)}
        yield {"kid": kid, "fid": distance, **noise, **features_to_prdc(reference, fake, 5)}


def of_masks(rng: np.random.Generator, count: int) -> Scores:
    """IoU of random coasts: masks of half-planes against copies that are shifted and speckled, each differently."""
    across = np.linspace(-1, 1, 16)
    places, shifts, noise = (rng.normal(size=(count, 1, 1)) * scale for scale in (0.4, 0.1, 0.05))
    truth: Mask = np.broadcast_to(across > places, (count, 16, 16))
    made: Mask = np.logical_xor(across > places + shifts, rng.random((count, 16, 16)) < np.abs(noise))
    value, std = iou(made, truth)
    return {"sea_iou": value, "sea_iou_std": std}


def rates(groups: list[list[Scores]]) -> pd.DataFrame:
    """A row per metric: how often two equal generators are told apart, and how often two unequal ones.

    Args:
        groups: the scores of equal generators, a group for each reference.
    """
    names = [name for name in groups[0][0] if f"{name}_std" in groups[0][0]]
    rows = []
    for name in names:
        values = [np.array([one[name] for one in group]) for group in groups]
        true = float(np.sqrt(np.mean([value.var(ddof=1) for value in values])))
        said = [_verdicts(name, *pair, 3 * true * 2**0.5) for group in groups for pair in combinations(group, 2)]
        false, found = np.array(said).mean(axis=0)
        own = float(np.sqrt(np.mean([one[f"{name}_std"] ** 2 for group in groups for one in group])))
        row = {"metric": name, "true deviation": true, "said": own, "false alarms": false, "found": found}
        rows.append(row | {"pairs": len(said)})
    return pd.DataFrame(rows)


def _verdicts(name: str, one: Scores, other: Scores, better_by: float) -> tuple[bool, bool]:
    """Whether the two are told apart as they are, and whether they are when the other is better by `better_by`."""
    better = other | {name: other[name] + (-better_by if name in LOWER else better_by)}
    return _told(name, one, other), _told(name, one, better)


def _told(name: str, one: Scores, other: Scores) -> bool:
    reach = one_seed(name, one[f"{name}_std"], other[f"{name}_std"]).reach
    return abs(one[name] - other[name]) > reach


def measure(draw: Draw, real: int, count: int, sets: int, groups: int) -> pd.DataFrame:
    """The rates of `groups` groups of `sets` equal generators, of `count` images each."""
    rng, found = np.random.default_rng(count), []
    with Progress(f"{draw.__name__}, {count}", groups, "groups") as progress:
        for group in range(groups):
            reference, made = draw(rng, real, count, sets)
            found.append(list(scores_of(reference, made, group)))
            progress.advance()
    masks = [[of_masks(rng, count) for _ in range(sets)] for _ in range(groups)] if draw is known else []
    return pd.concat([rates(found), *([rates(masks)] if masks else [])])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.noise", description=__doc__)
    parser.add_argument("counts", type=int, nargs="*", default=COUNTS, help="images to a set; %(default)s")
    parser.add_argument("--groups", type=int, default=12, help="references; %(default)s")
    given = parser.parse_args()
    tables: list[Any] = []
    for count in given.counts:
        for draw, real in ((known, count * 4), (moved, count * 4), (digits, 2000)):
            real = min(real, 10_000)
            sets = 10 if draw is not digits else min(10, (5000 - real) // count)
            if sets > 1:
                groups = given.groups if count < 5000 else 2
                table = measure(draw, real, count, sets, groups)
                tables.append(table.assign(features=draw.__name__, images=count))
                print(tables[-1].to_string(index=False, float_format="%.3g"), flush=True)


if __name__ == "__main__":
    main()
