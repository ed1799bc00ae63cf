"""How fast prepare-data packs many images, and in how much memory: `python -m benchmarks.packing 10000 200000`.

It makes as many JPEGs of CelebA's size (178×218), then packs each number of them to 64×64 RGB in its own process.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from gan.datasets import folder
from gan.datasets.decode import Preprocessing
from gan.datasets.packing import cores, pack
from gan.datasets.writer import Packing, Part

PER_FOLDER = 1000


def make(root: Path, number: int) -> None:
    """Make a folder of JPEGs, unless it is there."""
    place = root / f"{number:05d}"
    if place.is_dir():
        return
    rng = np.random.default_rng(number)
    place.mkdir(parents=True)
    for index in range(PER_FOLDER):
        small = Image.fromarray(rng.integers(0, 256, (6, 6, 3), np.uint8))
        small.resize((178, 218), Image.Resampling.BICUBIC).save(place / f"{index:04d}.jpg", quality=85)


def measure(images: Path, state: Path) -> None:
    """Pack the folder, and print a row."""
    before = peak()
    began = time.perf_counter()
    found = folder.collection(images, state)
    scanned = time.perf_counter()
    how = Preprocessing(64, 3, "bicubic", "crop", 8, 100.0)
    pack([Part(found.shuffled(0), {"test": 1000, "train": None}, how)], Packing("", state, 0, 1 << 30, 0.01, 60.0))
    rate = len(found) / (time.perf_counter() - scanned)
    cells = [f"{len(found):,}", f"{scanned - began:.1f}", f"{rate:,.0f}", f"{peak():.0f}", f"{peak() - before:.0f}"]
    print(f"| {' | '.join(cells)} |")


def peak() -> float:
    """The peak memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[10_000, 200_000])
    parser.add_argument("--images", type=Path, default=Path(tempfile.gettempdir()) / "packing-benchmark")
    parser.add_argument("--one", action="store_true", help="measure the folder `images` in this process")
    given = parser.parse_args()
    if given.one:
        with tempfile.TemporaryDirectory() as state:
            measure(given.images, Path(state))
        return
    for count in given.counts:
        with ProcessPoolExecutor(cores()) as pool:
            list(pool.map(partial(make, given.images / str(count)), range(-(-count // PER_FOLDER))))
    print(f"{cores()} cores\n| images | scanned in s | images/s | peak MiB | of it by packing |\n|---|---|---|---|---|")
    for count in given.counts:
        one = [sys.executable, "-m", "benchmarks.packing", "--images", str(given.images / str(count)), "--one"]
        subprocess.run(one, check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
