"""Without a terminal, progress is plain lines, and few of them."""

import pytest

from gan.run import progress
from gan.run.progress import Progress


def test_one_closing_line(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("train", 3, "steps") as bar:
        for _ in range(3):
            bar.advance()
    assert capsys.readouterr().err == "train: 3 steps in 0 s\n"


def test_lines_carry_rate_and_time_left(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY", -1.0)
    with Progress("train", 10, "steps", start=4) as bar:
        bar.advance(2, "d_loss 0.10")
    line = capsys.readouterr().err.splitlines()[0]
    assert line.startswith("train: 6/10 steps, ")
    assert "/s, 00:0" in line
    assert line.endswith("left d_loss 0.10")


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("", 1, "images", quiet=True) as bar:
        bar.advance()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.5, "4.0/s"), (4.0, "30.0/min"), (150.0, "48.0/h"), (10_000.0, "0.7/h")]
)
def test_a_slow_rate_is_told_in_a_longer_unit(
    seconds: float, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY", -1.0)
    with Progress("study", 10, "runs") as bar:
        bar.began -= seconds
        bar.advance(2)
    assert f"2/10 runs, {words}, " in capsys.readouterr().err
