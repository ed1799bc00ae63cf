"""Does each departure from the CycleGAN paper help? `python -m benchmarks.departures` trains and compares.

Each variant sets one option back to the paper's value, or all of them; everything else is as in params.yaml, but two
passes over the images. Each is trained with three seeds, on a GPU all at once. Scores are those of the last weights, on
the data that `dvc repro prepare-data@cyclegan` packed. Results are kept in benchmarks/departures.csv: a stopped run
continues.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.at_once import Job, trained
from gan.core.images import Uint8
from gan.core.runtime import Runtime, choose_runtime
from gan.cyclegan.train.recipe import CycleGAN
from gan.cyclegan.train.translated import translated
from gan.distances.frechet import fid, moments
from gan.distances.kid import features_to_kid
from gan.distances.selection import choice_part
from gan.features.extractors import build
from gan.features.features import Features, extract
from gan.loading.packed import load_images
from gan.metrics.masks import scores
from gan.params.models.cyclegan import Train
from gan.params.schema import Params, load
from gan.records.dataset import read_dataset_card
from gan.run.paths import PACKED
from gan.training.environment import environment
from tests.papers import PAPER

FOUND = Path("benchmarks/departures.csv")
DATA = PACKED / "domains"
SEEDS = (0, 1, 2)
LENGTH = {"epochs": 1, "decay_epochs": 1}
VARIANTS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "zeros": {"downsample_padding": "zeros"},
    "transposed": {"upsample": "transposed"},
    "instance": {"norm": "instance"},
    "no skips": {"skips": False},
    "all of the paper's": PAPER,
}
SCORES = ("kid", "fid", "sea_iou", "land_iou")
Row = dict[str, Any]


class Scorer:
    """Scores translations of the test images, as `evaluate` does."""

    def __init__(self, p: Params, runtime: Runtime) -> None:
        self.batch_size = p.sample.cyclegan.batch_size
        self.evaluate = p.evaluate
        self.extractor = build(p.evaluate.extractors[0], p.evaluate, runtime)
        self.test: dict[str, Uint8] = {name: np.array(load_images(DATA, f"test{name}")[:]) for name in "AB"}
        self.reals: dict[str, Features] = {}
        for name in "AB":
            images = load_images(DATA, f"train{name}")[:]
            self.reals[name] = self._features(images[~choice_part(len(images), p.select.cyclegan.images)])

    def _features(self, images: Uint8) -> Features:
        return extract(images, self.extractor, self.evaluate.batch_size)

    def rows(self, recipe: CycleGAN) -> Iterator[Row]:
        """One for each direction."""
        rules = read_dataset_card(DATA)["mask"]
        for direction, network, source, target in (
            ("a2b", recipe.ema_a2b, "A", "B"),
            ("b2a", recipe.ema_b2a, "B", "A"),
        ):
            made = translated(network, self.test[source], self.batch_size, recipe.runtime)
            yield {"direction": direction} | self._scores(made, target) | _masks(made, self.test[target], target, rules)

    def _scores(self, made: Uint8, target: str) -> Row:
        real, fake = self.reals[target], self._features(made)
        return {"kid": features_to_kid(real, fake)[0], "fid": fid(moments([real]), moments([fake]))}


def _masks(made: Uint8, truth: Uint8, domain: str, rules: dict[str, Any]) -> Row:
    return {name: value for name, value in scores(made, truth, domain, rules).items() if name in SCORES}


def recipe(variant: str, seed: int, p: Params, runtime: Runtime) -> CycleGAN:
    """The default training with a variant's options."""
    a, b = (np.ascontiguousarray(load_images(DATA, f"train{name}")[:]) for name in "AB")
    block = p.train_cyclegan.model_dump()
    params = Train.model_validate(block | LENGTH | {"generator": block["generator"] | VARIANTS[variant]})
    return CycleGAN(a, b, params, p.lr, seed, runtime)


def table(found: pd.DataFrame) -> pd.DataFrame:
    """Mean ± standard deviation over the seeds, a row per variant and direction."""
    grouped = found.groupby(["variant", "direction"], sort=False)[list(SCORES)]
    mean, std = grouped.mean(), grouped.std()
    cells = {name: [f"{m:.3g} ± {s:.2g}" for m, s in zip(mean[name], std[name], strict=True)] for name in SCORES}
    return pd.DataFrame(cells, index=mean.index).assign(seeds=grouped.size())


def train(missing: list[tuple[str, int]], found: pd.DataFrame) -> pd.DataFrame:
    """Train and score what is missing; each result is kept as it comes."""
    p = load()
    runtime = replace(choose_runtime(p.accelerator, p.precision, p.determinism), graphs=p.cuda_graphs)
    scorer = Scorer(p, runtime)
    where = {name: environment(runtime)[name] for name in ("device", "precision", "torch")}
    jobs = [Job((variant, seed), seed, partial(recipe, variant, seed, p)) for variant, seed in missing]
    for job, made in trained(jobs, runtime):
        assert isinstance(made, CycleGAN)  # noqa: S101
        rows = [{"variant": job.name[0], "seed": job.seed} | row | where for row in scorer.rows(made)]
        found = pd.concat([found, pd.DataFrame(rows)], ignore_index=True)
        found.to_csv(FOUND, index=False, float_format="%.6g")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.departures", description=__doc__)
    parser.add_argument("--table", action="store_true", help="print what was measured, and train nothing")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help="train only these seeds")
    given = parser.parse_args()
    found = pd.read_csv(FOUND) if FOUND.exists() else pd.DataFrame(columns=["variant", "seed"])
    done = {*found[["variant", "seed"]].itertuples(index=False, name=None)}
    missing = [(variant, seed) for seed in given.seeds for variant in VARIANTS if (variant, seed) not in done]
    if missing and not given.table:
        found = train(missing, found)
    print(table(found).to_string())


if __name__ == "__main__":
    main()
