"""What the plan starts from: measurements of ours, with their file, and published figures, with their address."""

import json
from dataclasses import dataclass
from pathlib import Path

# The rates of one NVIDIA H200, in bf16 and `determinism: exact`; docs/performance.md explains them.
MEASURED = {
    row["name"]: row
    for row in json.loads((Path(__file__).parents[1] / "gpu.json").read_text(encoding="utf-8"))["throughput"]
    if row.get("precision") == "bf16" and row.get("determinism") == "exact"
}
GPUS = (1, 8, 64)
PER_MACHINE = 8  # GPUs, and as many network cards

# Ranks launch each kernel from Python. Deeper networks have more kernels than these, so this is the least.
LAUNCH = {
    "DCGAN": 1 / MEASURED["DCGAN 32², default, without CUDA graphs"]["steps/s"],
    "CycleGAN": 1 / MEASURED["CycleGAN 64², default, without CUDA graphs"]["steps/s"],
}

PACKED = 1_323 / 2, 178 * 218  # images/s of a core, pixels of each: docs/datasets.md
FEATURES = 86.35  # images/s on 2 cores, EfficientNet-Lite0, colour 64²: benchmarks/speed.csv
FEATURE_BYTES = {"EfficientNet-Lite0": 1280 * 12, "Inception": 2048 * 12}  # float32 and float64: docs/evaluation.md
SAVE = 60.0  # seconds between two saves: params.yaml
RESIDENT = 0.25 * 141e9  # bytes: gan/training/batches.py; https://www.nvidia.com/en-us/data-center/h200/
NETWORK = 10e9 / 8  # bytes/s of a common network card


@dataclass(frozen=True)
class Link:
    """What ranks talk over: seconds before a sum begins to flow, and bytes/s of a ring (bus bandwidth)."""

    latency: float
    bandwidth: float


# 16 µs for 512 bytes among 8 GPUs: https://github.com/deepseek-ai/DeepEP/issues/303
# 370 GB/s of NVLink: https://github.com/NVIDIA/nccl-tests/issues/212
INSIDE = Link(16e-6, 370e9)
# 75 µs for 4 KiB: https://github.com/NVIDIA/nccl/issues/1453
# 46 GB/s of each of 8 cards of 400 Gb/s: https://github.com/NVIDIA/nccl-tests/issues/290
BETWEEN = Link(75e-6, PER_MACHINE * 46e9)


@dataclass(frozen=True)
class Images:
    """A dataset: training images, pixels of each, bytes of its official files."""

    count: int
    pixels: int
    official: float


DATASETS = {
    # 42.77 GiB: https://www.tensorflow.org/datasets/catalog/lsun; shorter side 256: https://github.com/fyu/lsun
    "LSUN bedroom": Images(3_033_042, 256 * 341, 42.77 * 2**30),
    # https://github.com/openai/guided-diffusion/tree/main/datasets; https://image-net.org/challenges/LSVRC/2014/index
    "ImageNet": Images(1_281_167, 469 * 387, 138e9),
}
