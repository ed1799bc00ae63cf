"""The state on disk survives damage and never runs code."""

import hashlib
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from gan.training import statefile


def number(folder: Path) -> int | None:
    state = statefile.load(folder)
    return None if state is None else int(state["number"])


def test_round_trip_keeps_types_and_bits(tmp_path: Path) -> None:
    state = {"a": torch.randn(3), "rows": [{"x": 0.1}], "none": None, "name": "é"}
    statefile.save(tmp_path, state)
    back = statefile.load(tmp_path)
    assert back is not None
    assert torch.equal(back.pop("a"), state.pop("a"))  # type: ignore[arg-type]
    assert back == state


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda content: content[: len(content) // 2],
    "empty": lambda _: b"",
    "one bit": lambda content: content[:-1] + bytes([content[-1] ^ 1]),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_a_damaged_state_falls_back_to_the_one_before(
    tmp_path: Path, damage: Callable[[bytes], bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    for value in (1, 2):
        statefile.save(tmp_path, {"number": value})
    assert number(tmp_path) == 2
    (tmp_path / "state").write_bytes(damage((tmp_path / "state").read_bytes()))
    assert number(tmp_path) == 1
    assert capsys.readouterr().err.count("is damaged") == 1
    (tmp_path / "previous").unlink()
    assert number(tmp_path) is None


def test_a_crash_between_the_renames_loses_nothing(tmp_path: Path) -> None:
    statefile.save(tmp_path, {"number": 1})
    (tmp_path / "state").replace(tmp_path / "previous")
    (tmp_path / "state.tmp").write_bytes(b"half of a st")
    assert number(tmp_path) == 1
    statefile.save(tmp_path, {"number": 2})
    assert number(tmp_path) == 2


class Bomb:
    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path("exploded"),)


def test_a_pickle_that_runs_code_is_refused(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    payload = pickle.dumps(Bomb(), protocol=2)
    (workspace / "state").write_bytes(hashlib.sha256(payload).digest() + payload)
    assert statefile.load(workspace) is None
    assert not Path("exploded").exists()
    assert "not a state of this program" in capsys.readouterr().err
