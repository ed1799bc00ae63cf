"""The page of results, where an input is missing, damaged or of another kind."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan.report.pictures import still
from gan.report.previews import FRAMES, previews
from gan.report.study import RANKS
from gan.run.errors import DataError
from tests.markup import Page
from tests.results import HISTORY, METRICS, STRANGE, page, results, shown
from tests.study_rows import write_study


@pytest.mark.parametrize(("share", "sentence"), [(-0.2, "came no closer"), (1.04, "went all the way"), (None, "")])
def test_a_training_that_went_nowhere_or_beyond(share: float | None, sentence: str, workspace: Path) -> None:
    kept = {name: value for name, value in METRICS.items() if share is not None or name != "kid_closed"}
    scores = kept | ({} if share is None else {"kid_closed": share})
    text = Page(page("dcgan", metrics={"a2b": {"efficientnet_lite0": scores}, "b2a": {"cycle": {"l1": 1}}})).text
    assert "a2b KID" in text
    assert "of the way" not in text
    assert sentence in text


def test_a_card_of_another_training_tells_nothing(workspace: Path) -> None:
    made = results("dcgan")
    assert "a CPU" in shown(made)
    Path("data/checkpoints/dcgan/last.safetensors").write_text("restored by DVC")
    text = shown(made)
    assert "a CPU" not in text
    assert "reports/dcgan/run.json is of another training" in text


def test_a_page_needs_no_study_and_names_in_one_are_text(workspace: Path) -> None:
    made = results("dcgan")
    assert "What the study found" not in shown(made)
    write_study(changes=f"folder={STRANGE}", about=STRANGE)
    assert Page(shown(made)).text.count(STRANGE) == 5
    assert "a<b>" not in shown(made)
    RANKS.write_text("group,model\ndigits,dcgan\n")
    with pytest.raises(DataError, match=f"^{RANKS} has no column about, .*; `python -m gan study --table` makes"):
        shown(made)


def test_any_history_is_drawn(workspace: Path) -> None:
    strange = {"new": [1.0, None, float("inf"), 2.0], "_hidden": [1, 2, 3, 4], "words": ["x"] * 4, "none": [None] * 4}
    text = page("dcgan", history={"step": HISTORY["step"], "epoch": HISTORY["epoch"]} | strange)
    assert ">new<" in text
    assert ">hidden<" in text
    assert "words" not in text
    assert text.count("<svg") == 1
    assert page("dcgan", history={"step": [1], "epoch": [1]}).count("<svg") == 0


def test_a_page_of_any_pictures_stays_below_8_mb(workspace: Path) -> None:
    """Of noise, which nothing compresses: the pictures of DCGAN and CycleGAN, and the previews of both."""
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (500, 500, 3), np.uint8)).save("noise.png")
    one = len(still(Path("noise.png"), "sample").uri)
    Path("previews").mkdir()
    for step in range(FRAMES):
        Path("previews", f"{step}.png").symlink_to(Path("noise.png").resolve())
    moving = previews(Path("previews"), "train-dcgan", "")
    assert moving is not None
    of_training = len(moving.animation.uri) + sum(len(frame.uri) for _, frame in moving.strip)
    assert 12 * one + 2 * of_training < 7_500_000  # the rest is text and curves


def test_without_previews_the_page_has_no_animation(workspace: Path) -> None:
    made = results("dcgan")
    assert "<picture>" in shown(made)
    for path in Path("reports/dcgan/previews").iterdir():
        path.unlink()
    assert "<picture>" not in shown(made)


DAMAGE = ["dcgan/metrics.json", "dcgan/run.json", "samples/dcgan_neighbours.png", "dcgan/previews/0000040.png"]


@pytest.mark.parametrize("name", DAMAGE)
@pytest.mark.parametrize("content", [b"", b"[", b"[]"])
def test_a_damaged_input_is_told_in_one_sentence(name: str, content: bytes, workspace: Path) -> None:
    made = results("dcgan")
    (Path("reports") / name).write_bytes(content)
    with pytest.raises(DataError, match=f"^reports/{name} is (damaged|no picture) .*; `.*`") as caught:
        shown(made)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", DAMAGE[:3])
def test_a_missing_input_is_told_in_one_sentence(name: str, workspace: Path) -> None:
    made = results("dcgan")
    (Path("reports") / name).unlink()
    with pytest.raises(DataError, match=f"^reports/{name} is missing; `.*`"):
        shown(made)
