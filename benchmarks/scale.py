"""Peak memory of scoring many images: `python -m benchmarks.scale 10000 50000`.

It scores as many generated images as real ones, 32×32 RGB noise, by EfficientNet-Lite0, and each count in its own
process. An evaluation holds the features of generated and real images (5 kB per image, float32) in memory, and
memory-maps everything else.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from gan.core.runtime import choose_runtime
from gan.features import reference
from gan.features.extractors import build
from gan.features.features import extract
from gan.loading.packed import load_images
from gan.metrics.evaluation import Evaluation
from gan.params.schema import load
from gan.records.samples import Output, SamplesCard, write_samples, write_samples_card
from gan.run.paths import REFERENCE

PARAMS = Path(__file__).parents[1] / "params.yaml"
DATA = Path("data/packed/images")


def noise(count: int, seed: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    return np.random.default_rng(seed).integers(0, 256, (count, 32, 32, 3), np.uint8)


def measure(count: int) -> None:
    """Compute the features of the real images and all scores of one checkpoint, and print a row of the table."""
    params = load(PARAMS)
    evaluate = params.evaluate.model_copy(update={"checkpoints": ["best"], "checkpoint": "best"})
    params = params.model_copy(update={"evaluate": evaluate})
    DATA.mkdir(parents=True)
    for name, seed in (("train", 0), ("test", 1)):
        np.save(DATA / f"{name}.npy", noise(count, seed))
    (DATA / "card.json").write_text(json.dumps({"source": "none", "sha256": {"train": "0", "test": "1"}}))
    write_samples("dcgan", "best", {"arr_0": noise(count, 2)})
    write_samples_card("dcgan", SamplesCard({"": Output()}, {"best": {}}))
    runtime = choose_runtime("auto", "auto", "exact")
    extractor = build("efficientnet_lite0", params.evaluate, runtime)
    began = time.perf_counter()
    for name in ("train", "test"):
        features = extract(load_images(DATA, name), extractor, 8, name)
        reference.write_features(REFERENCE / "dcgan" / extractor.name, name, features)
        del features
    reference.write_reference_card(REFERENCE / "dcgan" / extractor.name, extractor)
    evaluation = Evaluation("dcgan", DATA, extractor, params)
    evaluation.wanted = [one for one in evaluation.wanted if one.trained]
    evaluation.rows()
    took, peak = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {count:,} + {count:,} | {took:.0f} | {peak:,.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[10_000, 50_000])
    parser.add_argument("--one", action="store_true", help="measure in this process and folder")
    given = parser.parse_args()
    if given.one:
        measure(given.counts[0])
        return
    print("| images | seconds | peak MiB |\n|---|---|---|", flush=True)
    for count in given.counts:
        with tempfile.TemporaryDirectory() as folder:
            environment = os.environ | {"PYTHONPATH": str(PARAMS.parent)}
            command = [sys.executable, "-m", "benchmarks.scale", str(count), "--one"]
            subprocess.run(command, check=True, cwd=folder, env=environment, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
