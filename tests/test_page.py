"""The page of results: one file without network and script, readable for everyone, a function of its inputs."""

import re
from collections.abc import Iterator
from contextlib import chdir
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gan.report.curves import curves
from tests.browser import CHROMIUM, tab
from tests.markup import Page
from tests.results import CARD, HISTORY, OUTPUTS, STRANGE, page, results, shown
from tests.study_rows import write_study

CUT = """[...document.querySelectorAll("svg text")].filter(text => {
    const inner = text.getBoundingClientRect(), outer = text.closest("svg").getBoundingClientRect()
    return inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.top < outer.top - 1
        || inner.bottom > outer.bottom + 1
}).map(text => text.textContent)"""


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of two models and a study."""
    with chdir(tmp_path_factory.mktemp("results")):
        write_study()
        yield page("dcgan", "other")


def test_a_browser_fetches_nothing_and_runs_nothing(text: str) -> None:
    assert "<script" not in text
    assert "http:" not in text
    assert "https:" not in text
    for _, attributes in Page(text).elements:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "srcset", "href", "xlink:href"):
            assert attributes.get(name, "#").startswith(("data:", "#"))
    assert all(inner.startswith("#") for inner in re.findall(r"url\(([^)]*)\)", text))
    assert "@import" not in text


def test_it_is_small_and_the_same_inputs_give_the_same_bytes(text: str, workspace: Path) -> None:
    assert len(text) < 1_000_000
    write_study()
    assert page("dcgan", "other") == text


def test_everyone_can_read_it(text: str) -> None:
    found = Page(text)
    assert found.all("html")[0][1]["lang"] == "en"
    assert all(attributes["alt"].strip() for _, attributes in found.all("img"))
    assert len(found.all("caption")) == len(found.all("table")) > 4
    assert {attributes.get("scope") for _, attributes in found.all("th")} == {"col", "row", "rowgroup"}
    assert all("aria-labelledby" in attributes for _, attributes in found.all("svg"))
    assert len(found.all("main")) == len(found.all("h1")) == 1
    levels = [int(tag[1]) for tag, _ in found.all("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_all_links_lead_somewhere(text: str) -> None:
    found = Page(text)
    ids = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes[name] for _, attributes in found.elements for name in ("href",) if name in attributes]
    links += re.findall(r"url\((#[^)]*)\)", text)
    assert len(links) > 20
    assert {link[1:] for link in links if link.startswith("#")} <= {*ids}
    names = [attributes["aria-labelledby"] for _, attributes in found.elements if "aria-labelledby" in attributes]
    assert {*names} <= {*ids}


def test_names_of_a_user_are_text(workspace: Path) -> None:
    card = CARD | {"licence": STRANGE, "classes": [STRANGE]}
    outputs = {STRANGE: OUTPUTS[""]}
    made = results(STRANGE, card=card, outputs=outputs, history=HISTORY | {STRANGE: [1, 2, 3, 4]})
    text = shown(made, seed=STRANGE, **{f"train_{STRANGE}": {"conditional": True}})
    assert not [tag for tag, attributes in Page(text).elements if "&'c" in attributes or "\"&'c" in attributes]
    assert "a<b>" not in text
    assert Page(text).text.count(STRANGE) > 10


def test_the_result_comes_first_in_words(text: str) -> None:
    words = Page(text).text
    assert "Checkpoint best , step 20 of 40." in words
    assert "KID ×1000 12.4 ± 0.7 FID 13.0 ± 0.3" in words
    assert "Training went 97 % of the way from the start (the same network before training: KID ×1000 410.0)" in words
    assert "floor – 40" not in words
    assert "floor 40 0.0 2.7 0.900" in words, "a score has no -0.0 and no deviation that is not known"
    assert "inception score" not in words, "an empty column is left out"
    assert "Other scores checkpoint images sea IoU ↑ last 40 0.900 best 40 0.925 " in words
    assert "dcgan/run.json is of another" not in words


def test_it_says_in_words_what_the_study_found(text: str) -> None:
    words = Page(text).text
    assert "digits: of 3 changes 1 helped, 1 hurt, 1 within noise Helped : hinge loss= hinge :" in words
    assert ": KID ×1000 30.1 → 20.1; FID 30.1 → 20.1 Hurt : slow lr= 1e-5 : KID ×1000 30.1 → 300.1 W" in words
    assert "Within noise : none KID ×1000" in words
    assert (
        "setting direction KID ×1000 ↓ FID ↓ sea IoU ↑ seeds seconds hinge loss= hinge a2b 20.1 ± 0.1 better" in words
    )
    assert "none ema_decay= 0.0 30.2 ± 0.1 30.2 ± 0.1 0.500 ± 0.000 3 60" in words, "no verdict: within noise"
    assert text.count('role="img" aria-labelledby="study-') == 2


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: `apt-get install chromium` brings one")
def test_a_browser_shows_it_without_a_complaint(text: str, workspace: Path) -> None:
    path = workspace / "index.html"
    path.write_text(text)
    with tab(workspace / "profile") as seen:
        for width in (390, 1280):
            seen.open(path, width)
            assert {url.partition(":")[0] for url in seen.asked()} == {"file", "data"}
            assert len([url for url in seen.asked() if url.startswith("file:")]) == 1
            assert not {"Log.entryAdded", "Runtime.consoleAPICalled"} & {method for method, _ in seen.events}
            assert seen.value("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
            assert seen.value(CUT) == [], "letters of a drawing lie outside of it"
            assert seen.value("[...document.images].every(image => image.complete && image.naturalWidth > 0)")


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: `apt-get install chromium` brings one")
@pytest.mark.parametrize("steps", [4800, 99_500, 2_960_000])
def test_no_number_below_a_curve_is_cut(steps: int, workspace: Path) -> None:
    """Whose last tick is near the end of the axis."""
    history = pd.DataFrame({"step": np.linspace(50, steps, 9), "d_loss": np.linspace(-1e4, 1e4, 9)})
    (drawing,) = curves(history, "x", None)
    path = workspace / "curve.html"
    path.write_text(
        f"<style>svg text {{ font-family: sans-serif }}</style><div style='width: 20rem'>{drawing.svg}</div>"
    )
    with tab(workspace / "profile") as seen:
        seen.open(path, 390)
        assert seen.value(CUT) == []
