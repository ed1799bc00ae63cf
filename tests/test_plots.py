"""`dvc plots` in a browser without a network: it draws what the tables hold."""

import re
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from dvc_render.html import render_html
from dvc_render.image import ImageRenderer
from PIL import Image

from tests.browser import CHROMIUM, tab
from tests.project import BIN, sh, wait_until
from tests.tiny import ROOT

# What each mark of a plot is called for a screen reader, as in "step: 10; FID: 220.4; rev: main", and its path, which
# starts at its left end. The page draws on a canvas, which cannot be asked, so its plots are drawn once more, as SVG.
MARKS = """vegaEmbed(document.createElement("div"), SPEC, {renderer: "svg"}).then(drawn => [
    ...drawn.view.container().querySelectorAll("[aria-roledescription=bar], [aria-roledescription=point]")
].map(mark => [mark.ariaLabel, mark.getAttribute("d")]))"""


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: `apt-get install chromium` brings one")
def test_a_browser_draws_the_numbers_of_two_commits(clone: Path, tmp_path: Path) -> None:
    """No empty cell is drawn as 0, and no sum of scores. Without the copy of Vega, the page asks for DVC's own."""
    vega, page = clone / ".dvc" / "vega.js", clone / "reports" / "dvc_plots" / "index.html"
    sh(clone, "make", ".dvc/vega.js", f"VENV={BIN.parent}", "-o", f"{BIN.parent}/installed")
    targets = ["DCGAN score of the snapshots", "reports/cyclegan/fid.csv"]
    sh(clone, "dvc", "plots", "diff", "main~1", "main", "--targets", *targets)
    curve, bars = re.findall(r"var spec = (.*);", page.read_text())
    with tab(tmp_path / "profile") as seen:
        seen.open(page, 1280)
        wait_until(lambda: seen.value("document.querySelectorAll('canvas').length") == 2)
        points, scores = (seen.value(MARKS.replace("SPEC", spec)) for spec in (curve, bars))
        assert seen.asked() == [page.as_uri(), vega.as_uri()]
        assert not {"Log.entryAdded", "Runtime.exceptionThrown"} & {method for method, _ in seen.events}
        vega.unlink()
        seen.open(page, 1280)
        fetched = [url.rpartition("/")[2].partition("@")[0] for url in seen.asked()[2:]]
        assert fetched == ["vega", "vega-lite", "vega-embed"]
        assert seen.value("document.body.innerText").count("Not drawn") == 2
    history = pd.read_csv(clone / "reports" / "dcgan" / "history.csv")["efficientnet_lite0_fid"].dropna()
    assert numbers(points, "FID", "main") == sorted(history)
    for revision in ("main~1", "main"):
        table = pd.read_csv(StringIO(sh(clone, "git", "show", f"{revision}:reports/cyclegan/fid.csv")))
        assert numbers(scores, "fid", revision) == sorted(table["fid"].dropna())
    assert all(path.startswith("M0,") for _, path in scores)


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: `apt-get install chromium` brings one")
def test_pictures_of_two_revisions_are_seen_beside_each_other(tmp_path: Path) -> None:
    """However large they are; on a phone below each other. A screen reader says what they are."""
    Image.new("RGB", (2000, 500)).save(tmp_path / "wide.png")
    found = [{"src": "wide.png", "rev": revision} for revision in ("main~1", "main")]
    page = tmp_path / "index.html"
    render_html([ImageRenderer(found, "reports/a2b.png")], page, ROOT / ".dvc" / "plots.html")
    places = "[...document.images].map(image => [image.x, image.y, image.x + image.width])"
    with tab(tmp_path / "profile") as seen:
        seen.open(page, 1280)
        first, second = seen.value(places)
        assert first[1] == second[1]
        assert first[2] < second[0] < second[2] <= 1280
        assert seen.value("[...document.images].map(image => image.alt)") == [
            "reports/a2b.png, main~1",
            "reports/a2b.png, main",
        ]
        seen.open(page, 390)
        first, second = seen.value(places)
        assert first[1] < second[1]
        assert max(first[2], second[2]) <= 390


def numbers(marks: list[list[str]], name: str, revision: str) -> list[float]:
    """The numbers of this name in what the marks of a revision are called, sorted."""
    called = [dict(part.split(": ") for part in label.split("; ")) for label, _ in marks]
    return sorted(float(one[name]) for one in called if one["rev"] == revision)
