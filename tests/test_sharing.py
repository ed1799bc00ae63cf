"""Images are shared among processes: the same bits come back in the same order, and no process outlives the others."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch

from gan.core.images import Uint8
from gan.core.runtime import Runtime, choose_runtime
from gan.cyclegan.sampling import load_both, translate
from gan.dcgan.sampling import generate, load, sample_latents
from gan.features.extractors import build
from gan.features.features import extract
from gan.run.errors import ParamsError, RankError
from gan.run.sharing import BATCHES, shared, sharing
from gan.sampling.model import Context
from tests import tiny, trained

BATCH = 3
COUNT = 2 * BATCHES * BATCH + BATCH + 1  # whole pieces for both, and one that ends with an image alone
EXTRACTORS = ["efficientnet_lite0", "inception_v3", "scattering"]

ALL = list(range(COUNT))


def by_two(accelerator: str = "cpu") -> AbstractContextManager[Runtime]:
    return sharing(2, partial(choose_runtime, accelerator, "bf16", "exact"))


def made(images: Uint8, weights: Path, runtime: Runtime) -> dict[str, Any]:
    """By name, all that is shared: features, probabilities, samples and translations."""
    wanted = tiny.params().evaluate.model_copy(update={"inception_weights": str(weights)})
    extractors = {name: build(name, wanted, runtime) for name in EXTRACTORS}
    found: dict[str, Any] = {name: extract(images, one, BATCH) for name, one in extractors.items()}
    found["probabilities"] = extractors["inception_v3"].probabilities(images, BATCH)
    for classes in (0, 3):
        checkpoint = trained.dcgan(classes)
        labels = np.arange(COUNT) % classes if classes else None
        latents = sample_latents(checkpoint, COUNT, 0)
        found[f"{classes} classes"] = generate(load(checkpoint), latents, BATCH, runtime, labels)
    for name, network in load_both(trained.cyclegan(channels=(1, 3))).items():
        context = Context(Path(), 0, BATCH, runtime)
        found[name] = translate(network, images if name == "a2b" else images.repeat(3, axis=-1), context)
    return found


def test_two_processes_make_the_bits_of_one(
    digits: Uint8, inception_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In bf16, in which generators compute where it is fast; extractors take fp32 on a CPU all the same."""
    runtime = choose_runtime("cpu", "bf16", "exact")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("long" * 30)))  # no socket can lie there
    Path(tempfile.gettempdir()).mkdir()
    alone = made(digits[:COUNT], inception_weights, runtime)
    with by_two():
        together = made(digits[:COUNT], inception_weights, runtime)
    assert together.keys() == alone.keys()
    for name, rows in alone.items():
        assert len(rows) == COUNT
        assert rows.dtype == together[name].dtype
        np.testing.assert_array_equal(together[name], rows, err_msg=name)


def told(size: int, rows: list[int]) -> Iterator[tuple[int, list[int], int]]:
    """Of each batch: the process, its rows, and the number of threads."""
    for first in range(0, len(rows), size):
        yield os.getpid(), rows[first : first + size], torch.get_num_threads()


def ended_by(number: int, rows: list[int]) -> Iterator[int]:
    if COUNT - 1 in rows:
        os.kill(os.getpid(), number)
    yield 0


def failed(rows: list[int]) -> Iterator[int]:
    raise MemoryError(f"not enough for {len(rows)}")
    yield 0


def test_each_batch_is_whole_and_made_elsewhere_with_a_share_of_the_threads() -> None:
    torch.set_num_threads(4)
    with by_two():
        found = list(shared(partial(told, BATCH), BATCH, ALL))
        assert list(shared(partial(told, BATCH), BATCH, [])) == []
    assert [rows for _, rows, _ in found] == [ALL[one : one + BATCH] for one in range(0, COUNT, BATCH)]
    assert os.getpid() not in {process for process, _, _ in found}
    assert {threads for *_, threads in found} == {2}
    assert not any(psutil.pid_exists(process) for process, _, _ in found)


def test_an_error_comes_back_as_it_was_and_a_killed_process_is_said() -> None:
    with pytest.raises(MemoryError, match=f"not enough for {BATCHES}"), by_two():
        next(shared(failed, 1, ALL))
    with pytest.raises(RankError, match="one of the 2 processes that share the images has ended"), by_two():
        list(shared(partial(ended_by, signal.SIGKILL), 1, ALL))
    assert next(shared(partial(told, 1), 1, ALL))[0] == os.getpid()  # nobody shares any more


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_too_few_gpus_are_refused() -> None:
    with pytest.raises(ParamsError, match="accelerator: cuda"), by_two("cuda"):
        pass
