"""How a rank joins the others: its threads, its signals, its patience, and what it sends."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from torch import nn

from gan.core.runtime import Runtime
from gan.cyclegan.train.image_pool import ImagePool
from gan.params.schema import Params
from gan.run.errors import RankError
from gan.training.ranks import Several, among, ranks
from gan.training.recipe import Recipe
from gan.training.sync_batch_norm import SyncBatchNorm
from gan.training.together import PATIENCE, Place, runtime_of, together
from gan.training.train import run
from tests import tiny

CPU = torch.device("cpu")


@pytest.fixture
def joined(tmp_path: Path) -> Iterator[Several]:
    """The second of two ranks, whose sums pass through gloo as if the first sent zeros."""
    several = Several(0, 1, CPU)
    several.connect(f"file://{tmp_path}/meet", timedelta(seconds=77))
    several.rank, several.count = 1, 2
    yield several
    dist.destroy_process_group()


def patience() -> timedelta:
    """How long a sum waits for the other ranks."""
    found: timedelta = dist.distributed_c10d._get_default_group()._get_backend(CPU).options._timeout
    return found


def test_a_silent_rank_is_waited_for_as_long_as_was_said(joined: Several) -> None:
    assert patience() == timedelta(seconds=77)


def test_a_stage_waits_for_minutes_and_leaves_the_others_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "0"}.items():
        monkeypatch.setenv(name, value)
    with among(Several(0, 1, CPU)), together("train-it"):
        assert patience() == PATIENCE == timedelta(minutes=5)
    assert not dist.is_initialized()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32, torch.float64])
def test_images_of_each_precision_are_gathered(joined: Several, dtype: torch.dtype) -> None:
    """In an older torch, gloo cannot send bfloat16."""
    rows = torch.rand(2, 3, dtype=dtype, requires_grad=True)
    whole = joined.gathered(rows)
    assert (whole.dtype, whole.requires_grad) == (dtype, False)
    assert torch.equal(whole, torch.cat([torch.zeros(2, 3, dtype=dtype), rows]))


def test_a_rank_gets_its_own_images_back_from_a_pool_that_fills(joined: Several, cpu: Runtime) -> None:
    pool, own = ImagePool(4, cpu), torch.rand(2, 1, 2, 2)
    with among(joined):
        assert torch.equal(pool.query(own), own)
    assert torch.equal(torch.stack(pool.images), torch.cat([torch.zeros(2, 1, 2, 2), own]))


def test_batch_norm_of_bfloat16_has_the_statistics_of_float32(joined: Several) -> None:
    joined.rank, joined.count = 0, 1
    ours, torchs = SyncBatchNorm(3), nn.BatchNorm2d(3)
    images = (torch.randn(8, 3, 4, 4) * 3 + 5).bfloat16()
    with among(joined):
        found = ours(images)
    expected = torchs(images)
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found, expected)
    for name, buffer in torchs.named_buffers():
        torch.testing.assert_close(ours.get_buffer(name), buffer)


@pytest.mark.parametrize(("asked", "count", "expected"), [(None, 2, 2), (None, 8, 1), ("4", 2, 4), (None, 1, 4)])
def test_ranks_share_the_cores(asked: str | None, count: int, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if asked:
        monkeypatch.setenv("OMP_NUM_THREADS", asked)
    torch.set_num_threads(4)
    runtime_of(Place(0, count, 0), tiny.params(devices=count, accelerator="cpu"))
    assert torch.get_num_threads() == expected


@pytest.fixture
def _second(workspace: Path, monkeypatch: pytest.MonkeyPatch, _heard: None) -> None:
    """This process is the second of two ranks that another program has started."""
    tiny.write(workspace / "params.yaml", devices=2)
    (workspace / "dvc.yaml").write_text("stages: {train-dcgan: {cmd: train}}")
    shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1"}
    for name, value in ({"RANK": "1", "LOCAL_RANK": "1"} | shared).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["train", "data"])


@pytest.mark.usefixtures("_second")
def test_a_rank_that_another_program_started_tells_what_it_lost(capsys: pytest.CaptureFixture[str]) -> None:
    def build(p: Params, folder: Path, runtime: Runtime) -> Recipe:
        assert (ranks().rank, ranks().count) == (1, 2)
        raise RankError("silent")

    with pytest.raises(SystemExit, match="1"):
        run("dcgan", build)
    assert capsys.readouterr().err == "error: silent\n"
