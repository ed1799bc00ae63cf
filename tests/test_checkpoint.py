"""Generators on disk: the same weights give the same bytes, and a file that is no checkpoint gives a one-line error."""

from pathlib import Path

import pytest
import torch
from torch import nn

from gan.artifacts.checkpoint import Checkpoint, named, read, write
from gan.run.errors import CheckpointError

META = {"model": "dcgan", "size": 32, "generator": {"z_dim": 4}}


def example() -> Checkpoint:
    torch.manual_seed(0)
    return Checkpoint(named({"generator": nn.Linear(4, 3)}), META)


def test_round_trip(tmp_path: Path) -> None:
    write(tmp_path / "new" / "best.safetensors", example())
    back = read(tmp_path / "new" / "best.safetensors")
    assert back.meta == META
    network = nn.Linear(4, 3)
    network.load_state_dict(back.network("generator"))
    assert torch.equal(network.weight, example().weights["generator.weight"])


def test_the_same_weights_are_the_same_bytes_under_any_name(tmp_path: Path) -> None:
    write(tmp_path / "a", example())
    write(tmp_path / "b", example())
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_channels_last_weights_are_written(tmp_path: Path) -> None:
    network = nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)
    write(tmp_path / "a", Checkpoint(named({"g": network}), META))
    assert torch.equal(read(tmp_path / "a").weights["g.weight"], network.weight)


def test_files_that_are_no_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "best.safetensors"
    with pytest.raises(CheckpointError, match=r"missing; `dvc repro`"):
        read(path)
    write(path, example())
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(CheckpointError, match=r"damaged .*`dvc checkout --force"):
        read(path)
    torch.save({"generator.weight": torch.zeros(1)}, path)
    with pytest.raises(CheckpointError, match="damaged"):
        read(path)
