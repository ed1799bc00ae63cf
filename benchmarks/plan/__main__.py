"""The plan for LSUN bedroom and ImageNet on 1, 8 and 64 GPUs, in numbers: `python -m benchmarks.plan` prints tables.

Pure arithmetic on `inputs.py`. `tests/test_plan.py` compares the tables with those of docs/scale.md.
"""

from collections.abc import Iterator

from benchmarks.plan.inputs import (
    DATASETS,
    FEATURE_BYTES,
    FEATURES,
    GPUS,
    NETWORK,
    PACKED,
    PER_MACHINE,
    RESIDENT,
    SAVE,
    Images,
)
from benchmarks.plan.training import WORKS, Work

Rows = Iterator[list[str]]


def packed(images: Images, size: int) -> int:
    """Bytes of a packed set, uint8 (N, size, size, 3)."""
    return images.count * size * size * 3


def packing(images: Images, cores: int) -> float:
    """Seconds, if decoding takes time in proportion to an image's pixels and all cores share it."""
    rate, pixels = PACKED
    return images.count * images.pixels / pixels / rate / cores


def data() -> Rows:
    for name, images in DATASETS.items():
        for size in (64, 128, 256):
            total = packed(images, size)
            hours = [f"{packing(images, cores) / 3600:.1f}" for cores in (2, 16)]
            stays = "yes" if total <= RESIDENT else "no"
            yield [
                name, f"{images.count:,}", f"{images.official / 1e9:.0f}", f"{size}²", f"{total / 1e9:.0f}", *hours,
                f"{total / NETWORK / 60:.1f}", stays,
            ]  # fmt: skip


def trainings() -> Rows:
    for work in WORKS:
        for ranks in GPUS:
            yield [f"{work.name}, {work.dataset}", str(ranks), f"{ranks * work.batch:,}", *_costs(work, ranks)]


def _costs(work: Work, ranks: int) -> list[str]:
    rate = work.rate(ranks)
    machines = -(-ranks // PER_MACHINE)
    milliseconds = [work.compute, work.launch if ranks > 1 else 0.0, work.talk(ranks)]
    return [
        *(f"{1000 * one:.1f}" for one in milliseconds),
        f"{work.sent(ranks) / 1e6:.0f}",
        f"{rate:,.0f}",
        f"{rate / work.rate(1):.1f}",
        f"{rate / machines * 3 * work.size**2 / 1e6:,.0f}",
        f"{work.images / rate / 60:.1f}",
        work.limit(ranks),
    ]


def evaluations() -> Rows:
    for name, images in DATASETS.items():
        for extractor, size in FEATURE_BYTES.items():
            hours = f"{images.count / FEATURES / 3600:.1f}" if extractor == "EfficientNet-Lite0" else "not measured"
            yield [name, extractor, hours, f"{images.count / 3600:,.0f}", f"{images.count * size / 1e9:.0f}"]


def states() -> Rows:
    for work in {one.name: one for one in WORKS}.values():
        yield [
            work.name, f"{(work.generators + work.discriminators) / 1e6:.1f}", f"{work.state / 1e6:.0f}",
            f"{work.state / SAVE / 1e6:.1f}", f"{2 * work.generators / 1e6:.0f}",
        ]  # fmt: skip


def table(head: str, rows: Rows) -> str:
    """A table in Markdown."""
    return "\n".join([head, "|" + "---|" * (head.count("|") - 1), *(f"| {' | '.join(row)} |" for row in rows)])


def tables() -> list[str]:
    """Data, training, evaluation, states."""
    return [
        table(
            "| dataset | images | official GB | size | packed GB | packed in h by 2 cores | by 16 "
            "| min at 10 Gb/s | stays on a GPU |",
            data(),
        ),
        table(
            "| training | GPUs | batch | ms computing | launching | in sums | MB summed | images/s | times one GPU "
            "| MB/s read by a machine | minutes | most goes to |",
            trainings(),
        ),
        table("| reference | extractor | h on 2 cores | features/s for 1 h | GB of memory |", evaluations()),
        table("| training | million parameters | MB of a state | MB/s to save it | MB of a snapshot |", states()),
    ]


if __name__ == "__main__":
    print("\n\n".join(tables()))
