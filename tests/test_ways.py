"""What docs/scale.md says of the ways to train by several ranks, as `python -m benchmarks.ways` compares them."""

import pytest

from benchmarks.ways import CASES, NORM, WAYS, Way, apart


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_two_ranks_train_as_one_process(way: type[Way], case: str) -> None:
    found = apart(way, case)
    if case == NORM and way.__name__ != "Sums":
        assert found == "SyncBatchNorm layers only work with GPU modules"
    else:
        assert isinstance(found, float), found
        assert found < 1e-14
