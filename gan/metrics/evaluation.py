"""All rows of one model's FID table, from arrays on disk."""

from pathlib import Path
from typing import Any

import numpy as np

from gan.core.images import Uint8, to_rgb
from gan.core.params import Evaluate
from gan.core.paths import REFERENCE, SAMPLES
from gan.data.card import is_aligned, read_card
from gan.data.packed import load_images
from gan.metrics import aligned, masks
from gan.metrics.comparisons import CONSTANT, comparisons
from gan.metrics.features import Extractor, Features, extract
from gan.metrics.frechet import features_to_fid
from gan.metrics.kid import features_to_kid

Row = dict[str, Any]


def feature_rows(model: str, extractor: Extractor, params: Evaluate, seed: int) -> list[Row]:
    """FID and KID of every comparison of the model, as one extractor sees it."""
    with np.load(REFERENCE / model / f"{extractor.name}.npz") as real:
        sets: dict[str, Features] = {f"real/{name}": real[name] for name in real.files}
    wanted = comparisons(model)
    for name in sorted({one.fake for one in wanted} - sets.keys()):
        title = " ".join(part for part in name.split("/")[1:] if part != "arr_0")
        sets[name] = extract(fakes(model, name), extractor, params.batch_size, f"{title}, {extractor.name}")
    made = min(len(sets[one.fake]) for one in wanted if one.fake.startswith("fake/"))
    rows = []
    for one in wanted:
        real_set, fake_set = sets[one.real], sets[one.fake][:made]  # equal counts in all rows
        kid, kid_std = features_to_kid(real_set, fake_set, params.kid_subsets, params.kid_subset_size, seed)
        rows.append(
            {
                "model": model,
                "direction": one.direction,
                "checkpoint": one.checkpoint,
                "extractor": extractor.name,
                "reference": one.real.removeprefix("real/"),
                "images": one.fake.partition("/")[2],
                "n_real": len(real_set),
                "n_fake": len(fake_set),
                "fid": features_to_fid(real_set, fake_set),
                "kid": kid,
                "kid_std": kid_std,
            }
        )
    return rows


def truth_scores(model: str, data: Path) -> dict[tuple[str, str], dict[str, float]]:
    """Agreement with the true translation by (direction, checkpoint); empty where no truth is known.

    `constant` is the best single colour: what a model that knows nothing gets.
    """
    if model != "cyclegan" or not is_aligned(card := read_card(data)):
        return {}
    tests = {f"real/test{domain}": load_images(data, f"test{domain}")[:] for domain in "AB"}

    def score(images: Uint8, target: str) -> dict[str, float]:
        truth = tests[f"real/test{target}"]
        if images.shape != truth.shape:  # the untranslated input of a domain with other channels
            images, truth = to_rgb(images), to_rgb(truth)
        marks = masks.scores(images, truth, target, card["mask"]) if "mask" in card else {}
        return marks | aligned.scores(images, truth)

    scores = {}
    for one in comparisons(model):
        target = one.real[-1]
        if one.fake == f"real/test{target}":
            continue  # the floor is the truth itself
        images = tests[one.fake] if one.fake in tests else fakes(model, one.fake)
        scores[one.direction, one.checkpoint] = score(images, target)
        scores[one.direction, CONSTANT] = score(aligned.best_constant(tests[f"real/test{target}"]), target)
    return scores


def fakes(model: str, name: str) -> Uint8:
    """The array of `fake/<file>/<array>`, uint8 (N, H, W, C)."""
    _, file, array = name.split("/")
    with np.load(SAMPLES / model / f"{file}.npz") as arrays:
        images: Uint8 = arrays[array]
    return images
