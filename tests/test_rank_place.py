"""Which of several ranks a process is: it starts the others, or another program has started it and says so."""

import re
from typing import Any

import pytest

from gan.params.schema import Params
from gan.run.errors import ParamsError
from gan.training.ranks import ranks
from gan.training.together import Place, place_of
from tests import tiny
from tests.test_killed import Changes

MEET = {"MASTER_ADDR": "node0", "MASTER_PORT": "29500"}


def params(model: str, batch_size: int, **changes: Any) -> Params:
    values = tiny.values() | changes
    values[f"train_{model}"]["batch_size"] = batch_size
    return Params.model_validate(values)


def test_one_process_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RANK", raising=False)
    assert place_of(params("cyclegan", 1), "cyclegan") == Place(0, 1, 0)
    assert (ranks().rank, ranks().count) == (0, 1)
    assert place_of(params("dcgan", 16, devices=4), "dcgan") == Place(0, 4, 0)


def test_ranks_that_another_program_started_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ({"RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1"} | MEET).items():
        monkeypatch.setenv(name, value)
    assert place_of(params("dcgan", 16, devices=2, num_nodes=2), "dcgan") == Place(3, 4, 1)


@pytest.mark.parametrize(
    ("batch_size", "changes", "told", "sentence"),
    [
        (3, {"devices": 2}, {}, "train_dcgan.batch_size: 3 cannot be shared equally by 2 ranks"),
        (8, {"devices": 3}, {}, "set it to a multiple of 3, or devices to 1"),
        (8, {"num_nodes": 2}, {}, "num_nodes: 2, but this process was started alone"),
        (8, {"devices": 2}, {"WORLD_SIZE": "4"}, "devices: 2, num_nodes: 1, but WORLD_SIZE is 4"),
        (8, {}, {"WORLD_SIZE": "2"}, "devices: 1, num_nodes: 1, but WORLD_SIZE is 2"),
        (8, {}, {"RANK": "first"}, "RANK is 'first', not a whole number from 0; set it, or unset RANK"),
        (8, {}, {"RANK": "-1"}, "RANK is '-1', not a whole number from 0; set it, or unset RANK"),
        (8, {}, {"WORLD_SIZE": ""}, "WORLD_SIZE is '', not a whole number"),
        (8, {}, {"LOCAL_RANK": "1.5"}, "LOCAL_RANK is '1.5', not a whole number"),
        (8, {"devices": 2}, {"RANK": "2", "WORLD_SIZE": "2"}, "number the ranks from 0 to 1"),
        (8, {}, {"RANK": "1"}, "RANK is 1, but WORLD_SIZE is 1; number the ranks from 0 to 0"),
        (8, {"devices": 2}, {"WORLD_SIZE": "2", "MASTER_ADDR": ""}, "RANK is 0, but MASTER_ADDR is not set"),
        (8, {"devices": 2}, {"WORLD_SIZE": "2", "MASTER_ADDR": "", "MASTER_PORT": ""}, "MASTER_PORT are not set"),
    ],
)
def test_refused(
    batch_size: int, changes: Changes, told: dict[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RANK", raising=False)
    if told:
        for name, value in ({"RANK": "0"} | MEET | told).items():
            monkeypatch.setenv(name, value)
    with pytest.raises(ParamsError, match=re.escape(sentence)):
        place_of(params("dcgan", batch_size, **changes), "dcgan")
