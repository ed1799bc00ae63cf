"""A user's mistake costs one line on stderr and a non-zero exit."""

import errno
import os
import signal

import pytest

from gan.run.errors import MEND, DataError, clean_exit


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (DataError("12 images, need 64"), "error: 12 images, need 64\n"),
        (
            OSError(errno.ENOSPC, "No space left on device", "data/x.npy"),
            f"error: No space left on device: data/x.npy; {MEND}\n",
        ),
        (OSError(errno.ENAMETOOLONG, "File name too long", "x.png"), f"error: File name too long: x.png; {MEND}\n"),
        (OSError("3072 requested and 512 written"), f"error: 3072 requested and 512 written; {MEND}\n"),  # NumPy's
        (KeyboardInterrupt(), "error: interrupted\n"),  # a stage says more: tests/test_endings.py
    ],
)
def test_one_line_and_exit_1(error: BaseException, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left, clean_exit():
        raise error
    assert left.value.code == 1
    assert capsys.readouterr().err == line


@pytest.mark.usefixtures("_heard")
def test_sigterm_ends_like_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit), clean_exit():
        os.kill(os.getpid(), signal.SIGTERM)
    assert capsys.readouterr().err == "error: interrupted\n"
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("fault", [ZeroDivisionError(), FileNotFoundError(errno.ENOENT, "No such file", "x.npy")])
def test_a_fault_of_ours_keeps_its_trace(fault: Exception) -> None:
    with pytest.raises(type(fault)), clean_exit():
        raise fault
