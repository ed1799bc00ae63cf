"""How good is a shuffle of blocks, and what does it save? `python -m benchmarks.shuffle` prints a table in seconds.

Both are counted against a full shuffle, on the orders that training draws (`gan/training/order.py`), for 200,000 images
of 64² in colour and a cache that holds a twentieth of them. *Read* is what an epoch reads from behind the cache, in
pieces of 128 KB as Linux reads ahead, relative to the set's own size. *Together* is how often two images that are
neighbours on disk meet in a batch; *uneven* the standard deviation of a class's share of a batch, if the set lies
sorted by ten classes, and if it lies as prepare-data packs it, which shuffles once: 1 is as in a full shuffle.
"""

from collections import OrderedDict
from itertools import pairwise

import numpy as np

from gan.params.training import Shuffle
from gan.training.order import Indices, epoch_order

IMAGES, BYTES, BATCH, CLASSES = 200_000, 64 * 64 * 3, 64, 10
PIECE, CACHE = 128 << 10, 0.05
ORDERS = [(1, 2), (16, 64), (64, 64), (64, 512), (256, 64), (1024, 16)]


def table() -> list[str]:
    """The lines of the table."""
    rng = np.random.default_rng(0)
    sorted_by_class = np.arange(IMAGES) * CLASSES // IMAGES
    packed = rng.permutation(sorted_by_class)
    full = [uneven(rng.permutation(IMAGES), labels) for labels in (sorted_by_class, packed)]
    lines = ["| block | mixed | images mixed | read | together | uneven, sorted | uneven, packed |", "|---" * 7 + "|"]
    for block, mixed in ORDERS:
        order = epoch_order(IMAGES, Shuffle(block=block, mixed=mixed), rng)
        spread = [uneven(order, labels) / one for labels, one in zip((sorted_by_class, packed), full, strict=True)]
        among = IMAGES if block == 1 else block * mixed
        cells = [block, mixed, among, read(order), together(order), *spread]
        lines.append(f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else f'{cell:.2f}' for cell in cells)} |")
    return lines


def read(order: Indices) -> float:
    """Bytes that an epoch reads from behind a cache that drops what was not used for longest, relative to the set's."""
    room = int(CACHE * IMAGES * BYTES / PIECE)
    kept: OrderedDict[int, None] = OrderedDict()
    pieces = 0
    for index in order:
        first, last = index * BYTES // PIECE, ((index + 1) * BYTES - 1) // PIECE
        for piece in range(first, last + 1):
            pieces += piece not in kept
            kept[piece] = None
            kept.move_to_end(piece)
            if len(kept) > room:
                kept.popitem(last=False)
    return pieces * PIECE / (IMAGES * BYTES)


def together(order: Indices) -> float:
    """How often neighbours on disk are in one batch, relative to what chance says: `BATCH` of `IMAGES`."""
    batch = np.argsort(order) // BATCH
    met = np.mean([one == other for one, other in pairwise(batch)])
    return float(met / (BATCH / IMAGES))


def uneven(order: Indices, labels: Indices) -> float:
    """The standard deviation over batches of a class's count, mean over classes."""
    whole = len(order) // BATCH * BATCH
    batches = labels[order[:whole]].reshape(-1, BATCH)
    return float(np.mean([np.std((batches == one).sum(1)) for one in range(CLASSES)]))


if __name__ == "__main__":
    print("\n".join(table()))
