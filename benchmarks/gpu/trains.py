"""A training to be killed: `python -m benchmarks.gpu.trains MODEL FOLDER THREADS` saves its state after every step."""

import sys
from pathlib import Path

import torch

from benchmarks.gpu.repeat import train_in
from benchmarks.gpu.small import BUILDS
from gan.core.runtime import choose_runtime

if __name__ == "__main__":
    model, folder, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))  # on a CPU it decides the order of sums
    train_in(Path(folder), BUILDS[model], choose_runtime("auto", "fp32", "exact"), 1e-9)
