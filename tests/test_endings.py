"""The message of a stage that was interrupted or ran out of memory: what is kept, and which params to lower."""

import errno
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from gan.run.endings import SMALLER, explained
from gan.run.errors import Interrupted, OutOfMemory, clean_exit, lacking_memory
from tests import tiny
from tests.project import sh
from tests.test_dependencies import pipeline

TOO_MUCH = 10**15  # bytes: more than the memory and the address space of any machine
CUDA = (
    "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.11 GiB of which 1.2 GiB is free."
)


def failing(error: BaseException) -> Callable[[], object]:
    def fail() -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("work", "line"),
    [
        (lambda: torch.empty(TOO_MUCH, dtype=torch.uint8), f"out of memory ({TOO_MUCH} bytes more were asked for)"),
        (lambda: np.empty(TOO_MUCH, np.uint8), "out of memory (909. TiB more were asked for)"),
        (lambda: bytearray(TOO_MUCH), "out of memory"),
        (failing(torch.OutOfMemoryError(CUDA)), "out of GPU memory (2.00 GiB more were asked for)"),
        (failing(RuntimeError("CUDA error: out of memory\nCompile with ...")), "out of GPU memory"),
        (failing(RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED")), "out of GPU memory"),
        (failing(RuntimeError("std::bad_alloc")), "out of memory"),
        (failing(OSError(errno.ENOMEM, "Cannot allocate memory")), "out of memory"),
    ],
)
def test_too_little_memory_is_a_sentence(
    work: Callable[[], object], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(OutOfMemory) as caught, explained("sample@dcgan"):
        work()
    fix = "lower sample.dcgan.batch_size, sample.dcgan.count, or run it where there is more"
    assert str(caught.value) == f"sample@dcgan: {line}; {fix}; this stage keeps no state"
    with pytest.raises(SystemExit), clean_exit():  # of `python -m gan`
        work()
    assert capsys.readouterr().err == f"error: {line}; free some, or run it where there is more\n"


@pytest.mark.parametrize("error", [RuntimeError("size mismatch"), ValueError("out of memory"), None])
def test_other_errors_are_none_of_it(error: Exception | None) -> None:
    assert lacking_memory(error) == ""
    if error:
        with pytest.raises(type(error)), explained("report"):
            raise error


LOWER = {
    "prepare-data@cyclegan": "work.threads max_megapixels domains.image_size domains.earth.map_width",
    "reference@dcgan": "evaluate.batch_size prepare_data.images.limit",
    "train-dcgan": "train_dcgan.batch_size generator.width discriminator.width prepare_data.images.image_size",
    "train-cyclegan": (
        "batch_size crop_size generator.width generator.blocks discriminator.width prepare_data.domains.image_size"
    ),
    "select@cyclegan": "evaluate.batch_size sample.cyclegan.batch_size select.cyclegan.images",
    "sample@cyclegan": "sample.cyclegan.batch_size",
    "evaluate@dcgan": "evaluate.batch_size evaluate.kid_subset_size sample.dcgan.count",
    "report": "",
}


@pytest.mark.parametrize("stage", LOWER)
def test_each_stage_names_the_params_that_make_it_smaller(stage: str) -> None:
    with pytest.raises(OutOfMemory) as caught, explained(stage):
        raise MemoryError
    named = str(caught.value).partition("lower ")[2].partition(", or run")[0]
    assert len(named.split(", ")) == len(LOWER[stage].split()) or not LOWER[stage]
    assert all(one.endswith(end) for one, end in zip(named.split(", "), LOWER[stage].split(), strict=False))


def test_every_kind_of_stage_is_known() -> None:
    assert set(SMALLER) == {"train" if name.startswith("train-") else name.partition("@")[0] for name in pipeline()}


def test_an_interrupt_of_a_stage_without_a_state() -> None:
    with pytest.raises(Interrupted) as caught, explained("report"):
        raise KeyboardInterrupt
    assert str(caught.value) == "report: interrupted; this stage keeps no state: the same command starts it again"


STAGE = """
import os, signal, sys
from gan.params.schema import load
from gan.run.stage import stage
with stage("nap", load):
    print("began", flush=True)
    os.kill(os.getpid(), int(sys.argv[1]))
    sys.exit("was not stopped")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("_heard")
def test_a_signal_to_a_stage_without_a_state_is_one_line(workspace: Path, number: signal.Signals) -> None:
    (workspace / "dvc.yaml").write_text("stages: {nap: {cmd: nap}}")
    tiny.write(workspace / "params.yaml")
    output = sh(workspace, sys.executable, "-c", STAGE, str(int(number)), status=1)
    assert output == "began\nerror: nap: interrupted; this stage keeps no state: the same command starts it again\n"
