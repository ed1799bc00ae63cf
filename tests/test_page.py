"""The page of results: one file without network and script, readable for everyone, a function of its inputs."""

import re
from collections.abc import Iterator
from contextlib import chdir
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gan.report.page import Source, chapter, render
from gan.report.study import RANKS, study
from gan.run.errors import DataError
from tests import tiny
from tests.browser import CHROMIUM, tab
from tests.markup import Page
from tests.results import CARD, HISTORY, METRICS, OUTPUTS, results
from tests.study_rows import write_study

STRANGE = "a<b>\"&'c"  # as a user may call a class or a folder
CSS = (tiny.ROOT / "gan" / "report" / "page.css").read_text()


def shown(*sources: Source, **params: Any) -> str:
    return render([chapter(source, tiny.values() | params, place) for place, source in enumerate(sources)], study())


def page(*models: str, **changes: Any) -> str:
    return shown(*(results(model, **changes) for model in models))


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


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", css))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours #rrggbb, as WCAG 2.2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_colours_differ_enough_from_their_ground_in_both_schemes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    light, dark = CSS.partition("@media screen and (prefers-color-scheme: dark)")[::2]
    for scheme in (colours(light), colours(dark)):
        assert len(scheme) == 13
        for ground in (scheme["paper"], scheme["card"]):
            assert min(contrast(scheme[name], ground) for name in ("ink", "soft", "link")) >= 4.5
            assert min(contrast(scheme[name], ground) for name in scheme if name[:4] in ("line", "fill")) >= 3


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
            assert seen.value("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
