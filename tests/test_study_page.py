"""The page of a study: what reports/study.md says of the rows that there are."""

from collections import Counter

import pandas as pd
import pytest

from gan.commands.leaderboard import shown
from gan.commands.ranking import ranks
from gan.commands.study import page
from gan.report import study as found
from tests.study_rows import row
from tests.test_study import DIGITS, study

PLANNED = Counter({("digits", "default"): 2, ("digits", "hinge"): 2})
ONE_SEED = "one seed each, so the noise of training is not known"

pytestmark = pytest.mark.usefixtures("workspace")


def test_the_page_shows_each_setting_and_what_is_missing() -> None:
    table = pd.DataFrame(
        [row(name, seed, kid) for name, kid in (("default", 0.03), ("hinge", 0.02)) for seed in (0, 1)]
    )
    page.write(study(), table, planned=PLANNED + Counter({("maps", "default"): 3}), kept=len(table) + 2)
    text = page.PAGE.read_text()
    assert "Runs still missing: 3; `python -m gan study` goes on. Without a run: default (maps).\n" in text
    assert "2 rows are of other code, params or data than today's, and left out" in text
    assert "**digits** (dcgan): of 1 change 1 helped." in text
    assert "* **Helped**:\n  * `train_dcgan.loss=hinge` (hinge): KID ×1000 30.0 → 20.0; FID 30.0 → 20.0\n" in text
    assert "| **hinge**<br>`train_dcgan.loss=hinge` | 20.0 ± 0.0 **better** |" in text
    assert text.index("| **hinge**") < text.index("| **default** | 30.0 ± 0.0 | 30.0 ± 0.0 | 2 | 60 |")
    assert page.PICTURE.read_bytes()[:4] == b"\x89PNG"
    first = page.PICTURE.read_bytes()
    page.write(study(), table, planned=PLANNED + Counter({("maps", "default"): 3}), kept=len(table) + 2)
    assert page.PICTURE.read_bytes() == first


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ([("default", 0), ("default", 1), ("hinge", 0), ("hinge", 1)], "of 1 change 1 helped"),
        ([("default", 0), ("default", 1), ("hinge", 0)], "so far, after 3 of 4 runs, of 1 change 1 helped"),
        ([("default", 0), ("hinge", 0), ("hinge", 1)], "so far, after 3 of 4 runs, of 1 change 1 helped"),
        (
            [("default", 0), ("hinge", 0)],
            f"so far, after 2 of 4 runs, of 1 change 1 helped; {ONE_SEED}",
        ),
        ([("default", 0), ("default", 1)], "so far, after 2 of 4 runs, no change has ended"),
        ([("hinge", 0), ("hinge", 1)], "so far, after 2 of 4 runs, of 1 change none helped, 1 not compared"),
    ],
)
def test_a_group_that_lacks_runs_has_found_nothing_final(made: list[tuple[str, int]], words: str) -> None:
    """Whether a seed is missing of a setting, of the default or of all, or a setting has none."""
    kids = {"default": 0.03, "hinge": 0.002}
    table = pd.DataFrame([row(name, seed, kids[name], to) for name, seed in made for to in ("a2b", "b2a")])
    page.write(study(), table, planned=PLANNED, kept=len(table))
    assert f"**digits** (dcgan): {words}." in page.PAGE.read_text()
    ((group, _),) = found.study()
    assert group.sentence == words


def test_a_setting_may_be_called_like_an_empty_word_of_pandas() -> None:
    names = ("default", "null")
    made = [row(name, seed, 0.03) for name in names for seed in (0, 1)]
    page.write(study(DIGITS.replace("hinge:", '"null":')), pd.DataFrame(made), planned=PLANNED, kept=4)
    ((group, _),) = found.study()
    assert {one.name for one in group.settings} == {*names}


def test_a_second_extractor_has_a_column_with_its_own_verdict() -> None:
    """A setting that is better by the first and worse by the second is shown as both; the first decides the order."""
    seen = {"lite": {"default": 0.03, "hinge": 0.02}, "waves": {"default": 0.3, "hinge": 0.4}}
    table = pd.DataFrame(
        [
            row(name, seed, kid + 0.00011 * seed, extractor=extractor, sea_iou=0.5 + seed / 1e6)
            for extractor, kids in seen.items()
            for name, kid in kids.items()
            for seed in (0, 1)
        ]
    )
    page.write(study(), table, planned=PLANNED, kept=len(table))
    lines = page.PAGE.read_text().splitlines()
    head = next(line for line in lines if line.startswith("| setting"))
    assert head == "| setting | KID ×1000 ↓ | KID ×1000 by waves ↓ | FID ↓ | sea IoU ↑ | seeds | seconds |"
    hinge, default = (line for line in lines if line.startswith(("| **hinge", "| **default")))
    cells = [cell.strip() for cell in hinge.split("|")]
    assert cells[2:6] == ["20.1 ± 0.1 **better**", "400.06 ± 0.08 **worse**", "20.1 ± 0.1 **better**", "0.500 ± 0.000"]
    assert "| 300.05 ± 0.08 |" in default
    assert "**digits** (dcgan): of 1 change none helped, 1 helped and hurt." in lines
    line = shown(ranks(table)).set_index("changed").loc["hinge"]
    assert line["KID ×1000 ↓"] == "20.1 ± 0.1 better"
    assert line["KID ×1000 by waves ↓"] == "400.06 ± 0.08 worse"
