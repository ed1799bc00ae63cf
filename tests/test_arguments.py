"""Numbers after an option: what makes no sense is refused by the name of the option, before any work."""

import sys

import pytest

from gan.__main__ import main

pytestmark = pytest.mark.usefixtures("workspace")  # where nothing could begin
TRANSLATE = ["translate", "one.png", "map.png", "--direction", "a2b"]
SAMPLE = ["sample", "--out", "grid.png"]


@pytest.mark.parametrize(
    ("command", "option", "value", "must"),
    [
        (TRANSLATE, "--max-megapixels", "nan", "a number above 0"),  # a picture of any size is not larger than NaN
        (TRANSLATE, "--max-megapixels", "0", "a number above 0"),
        (TRANSLATE, "--max-megapixels", "many", "a number above 0"),
        (["app"], "--max-megapixels", "nan", "a number above 0"),
        (["app"], "--max-megabytes", "nan", "a number above 0"),
        (SAMPLE, "--count", "0", "a whole number of at least 1"),
        (SAMPLE, "--count", "-3", "a whole number of at least 1"),
        (SAMPLE, "--count", "1.5", "a whole number of at least 1"),
        (SAMPLE, "--seed", "-1", "a whole number of at least 0"),
        (["study"], "--jobs", "0", "a whole number of at least 1"),  # with no worker it would wait for ever
        (["watch"], "--port", "99999", "a port, at most 65535"),
        (["watch"], "--port", "0", "a whole number of at least 1"),  # it would not know which one it is
        (["app"], "--port", "65536", "a port, at most 65535"),
    ],
)
def test_a_number_out_of_range_is_told_by_its_option(
    command: list[str],
    option: str,
    value: str,
    must: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["gan", *command, option, value])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert capsys.readouterr().err.endswith(f" error: argument {option}: {value}: it must be {must}\n")
