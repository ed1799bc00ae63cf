"""How the threads of torch wait for each other."""

import os

SPINS = "2000"


def wait_briefly() -> None:
    """Let OpenMP's threads sleep after a short wait; call it before torch is imported, which reads it once.

    By default they spin, which keeps their cores from other work: beside one busy process on two cores, training then
    keeps a tenth of its rate; with this, about half (`python -m benchmarks.speed --only sharing`). No result changes.
    Whoever sets one of the two variables has the last word.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
