"""How long a training takes on several GPUs: computing, launching kernels from Python, and sums over ranks."""

from dataclasses import dataclass

from benchmarks.plan.inputs import BETWEEN, DATASETS, INSIDE, LAUNCH, MEASURED, PER_MACHINE, Link


def all_reduce(sums: int, size: float, ranks: int, over: Link) -> float:
    """Seconds of so many sums of `size` bytes together: each rank sends and receives 2 (N - 1) / N of them in a ring.

    The factor is from https://github.com/NVIDIA/nccl-tests/blob/master/doc/PERFORMANCE.md.
    """
    return sums * over.latency + 2 * (ranks - 1) / ranks * size / over.bandwidth if ranks > 1 else 0.0


def link(ranks: int) -> Link:
    return INSIDE if ranks <= PER_MACHINE else BETWEEN


@dataclass(frozen=True)
class Work:
    """A training: a row of benchmarks/gpu.json, whose batch each GPU keeps; and what `tests/test_plan.py` counts.

    Args:
        batch: of each GPU; `read`: images of a step there, of both domains.
        images: that the whole training reads.
        generators, discriminators: parameters.
        sums: over ranks in a step, and of them `norms`, of BatchNorm.
        channels: of all these BatchNorms together, each counted as often as it is passed.
        pooled: bytes of generated images that go to the other ranks' pools, from each rank.
    """

    name: str
    row: str
    dataset: str
    size: int
    batch: int
    read: int
    images: int
    generators: int
    discriminators: int
    sums: int
    channels: int = 0
    pooled: int = 0

    @property
    def compute(self) -> float:
        """Seconds of a step that is replayed on one GPU."""
        return 1 / float(MEASURED[self.row]["steps/s"])

    @property
    def launch(self) -> float:
        """Seconds in which Python launches the kernels of a step, at least."""
        return LAUNCH[self.row.split()[0]]

    def sent(self, ranks: int) -> int:
        """Bytes that a step sums over ranks: gradients; of each BatchNorm mean and variance of each rank; pools."""
        if ranks == 1:
            return 0
        return 4 * (self.generators + self.discriminators + 2 * ranks * self.channels) + ranks * self.pooled

    def talk(self, ranks: int) -> float:
        """Seconds of a step's sums."""
        return all_reduce(self.sums, self.sent(ranks), ranks, link(ranks))

    def step(self, ranks: int) -> float:
        """Seconds: one GPU replays recorded steps; ranks launch them, and talk after they have computed."""
        return self.compute if ranks == 1 else max(self.compute, self.launch) + self.talk(ranks)

    def rate(self, ranks: int) -> float:
        """Images a second that a step reads, all GPUs together."""
        return ranks * self.read / self.step(ranks)

    def limit(self, ranks: int) -> str:
        """What takes the most of a step."""
        if ranks == 1:
            return "computing"
        shares = {"computing": self.compute, "launching": self.launch, "sums": self.talk(ranks)}
        return max(shares, key=lambda name: shares[name])

    @property
    def state(self) -> int:
        """Bytes of the saved state: weights, two moments of each, averaged generators, pools of 50 images."""
        pools = 2 * 50 * 3 * self.size**2 * 2 if self.pooled else 0
        return 4 * (4 * self.generators + 3 * self.discriminators) + pools


LSUN, IMAGENET = "LSUN bedroom", "ImageNet"
# Parameters of G and of D, sums, channels of BatchNorms; of width 64, and of 100 numbers in a latent.
DCGAN_64 = 3_576_704, 2_765_568, 31, 7_296
DCGAN_128 = 12_786_560, 11_164_416, 39, 15_488
# Two networks of each kind, sums, no BatchNorm, 16 generated images to the pools.
CYCLEGAN_256 = 2 * 11_372_931, 2 * 2_763_841, 9, 0, 16 * 3 * 256**2 * 4
EPOCHS, STEPS = 5, 450_000  # https://arxiv.org/abs/1511.06434, figure 3; https://arxiv.org/abs/1802.05957, of G
WORKS = [
    Work("DCGAN 64²", "DCGAN 64², batch 128", LSUN, 64, 128, 128, EPOCHS * DATASETS[LSUN].count, *DCGAN_64),
    Work("DCGAN 128²", "DCGAN 128², batch 128", LSUN, 128, 128, 128, EPOCHS * DATASETS[LSUN].count, *DCGAN_128),
    Work("DCGAN 128²", "DCGAN 128², batch 64", IMAGENET, 128, 64, 64, STEPS * 64, *DCGAN_128),
    Work(
        "CycleGAN 256²", "CycleGAN 256², 9 blocks, batch 8", IMAGENET, 256, 8, 16, DATASETS[IMAGENET].count,
        *CYCLEGAN_256,
    ),
]  # fmt: skip
