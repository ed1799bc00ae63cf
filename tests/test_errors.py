"""A user's mistake costs one line on stderr and a non-zero exit."""

import errno

import pytest

from gan.core.errors import DataError, clean_exit


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (DataError("12 images, need 64"), "error: 12 images, need 64\n"),
        (
            OSError(errno.ENOSPC, "No space left on device", "data/x.npy"),
            "error: No space left on device: data/x.npy\n",
        ),
        (KeyboardInterrupt(), "error: interrupted\n"),
    ],
)
def test_one_line_and_exit_1(error: BaseException, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left, clean_exit():
        raise error
    assert left.value.code == 1
    assert capsys.readouterr().err == line


@pytest.mark.parametrize("fault", [ZeroDivisionError(), FileNotFoundError(errno.ENOENT, "No such file", "x.npy")])
def test_a_fault_of_ours_keeps_its_trace(fault: Exception) -> None:
    with pytest.raises(type(fault)), clean_exit():
        raise fault
