"""The leaderboard's page: one file without network and script, for everyone, with samples from DVC's cache."""

import base64
import hashlib
import io
import re
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gan.commands import leaderboard
from gan.commands.leaderboard.thumbnails import SMALL, small
from gan.core.images import Uint8
from tests.browser import CHROMIUM, tab
from tests.markup import Page
from tests.project import commit, sh
from tests.test_leaderboard import begun, experiment
from tests.tiny import ROOT

LOCK = """
schema: '2.0'
stages:
  sample@dcgan:
    cmd: python
    outs:
    - {{path: reports/samples/dcgan_interpolation.png, hash: md5, md5: 0123}}
    - {{path: reports/samples/dcgan_samples.png, hash: md5, md5: {}}}
  report:
    cmd: python
    deps: [{{path: reports/samples/dcgan_samples.png, hash: md5, md5: of-another-run}}]
"""
STRANGE = "<script>alert('a')</script>&\"b"


def cached(folder: Path, grey: int) -> str:
    """Put a grid of 10 × 10 grey images into DVC's cache; returns its hash."""
    content = io.BytesIO()
    Image.fromarray(tiles(10, 10, 64, grey)).save(content, "PNG")
    return in_cache(folder, content.getvalue())


def in_cache(folder: Path, content: bytes) -> str:
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    path = folder / ".dvc" / "cache" / "files" / "md5" / md5[:2] / md5[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return md5


def tiles(rows: int, columns: int, side: int, grey: int) -> Uint8:
    """A grid as `sample` draws it: images of one grey, 2 white pixels between them and around them."""
    sheet = np.full((rows * (side + 2) + 2, columns * (side + 2) + 2, 3), 255, np.uint8)
    down, across = (np.arange(count) % (side + 2) > 1 for count in sheet.shape[:2])
    sheet[np.ix_(down, across)] = grey
    return sheet


def tried(folder: Path, name: str, kid: float, md5: str, **changes: Any) -> None:
    """An experiment whose dvc.lock names samples of this hash."""
    (folder / "dvc.lock").write_text(LOCK.format(md5))
    experiment(folder, name, kid, **changes)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The page of a project whose experiments have samples in DVC's cache, or have not."""
    folder = begun(tmp_path_factory.mktemp("leaderboard"))
    for name in ("dvc.yaml", ".dvcignore"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    path = folder / "reports" / "cyclegan" / "fid.csv"
    first = pd.read_csv(path)
    seen = [first, first.assign(extractor="waves", kid=first["kid"] + 0.1)]
    pd.concat([one.assign(direction=to) for to in ("a2b", "b2a") for one in seen]).to_csv(path, index=False)
    sh(folder, "dvc", "init", "-q")
    commit(folder, "DVC")
    damaged = in_cache(folder, b"no picture")
    tried(folder, "hinge-a", 0.021, cached(folder, 200), seed=1, train_dcgan={"loss": "hinge"})
    tried(folder, "hinge-b", 0.020, cached(folder, 100), seed=0, train_dcgan={"loss": "hinge"})
    tried(folder, "hinge-c", 0.022, "f" * 32, seed=2, train_dcgan={"loss": "hinge"})
    tried(folder, "again", 0.031, cached(folder, 50), seed=1)
    tried(folder, "damaged-0", 0.029, damaged, seed=0, lr=1e-5)
    tried(folder, "elsewhere", 0.3, "e" * 32, train_dcgan={"loss": STRANGE})
    with chdir(folder):
        leaderboard.run("main", None, "best", Path("reports/leaderboard.html"))
        yield folder / "reports" / "leaderboard.html"


def test_the_page_needs_no_network_and_no_script_and_everyone_can_read_it(page: Path) -> None:
    text = page.read_text()
    found = Page(text)
    assert not found.all("script")
    assert STRANGE in found.text
    assert "http" not in text.replace("http-equiv", "")
    links = [tag[name] for _, tag in found.elements for name in ("src", "href") if name in tag]
    assert all(one.startswith(("data:", "#")) for one in links)
    assert {tag["alt"] for _, tag in found.all("img")} == {"dcgan, train_dcgan.loss=hinge", "dcgan, default"}
    assert all(tag["aria-label"].startswith("no picture") for _, tag in found.all("span") if tag.get("role") == "img")
    assert {tag["scope"] for _, tag in found.all("th")} == {"col", "row", "rowgroup"}
    assert len(found.all("caption")) == len(found.all("table")) == len(found.all("section")) == 2
    ids = [tag["id"] for _, tag in found.elements if "id" in tag]
    assert len(ids) == len(set(ids)) == 3


def test_the_page_says_what_the_table_says(page: Path) -> None:
    words = Page(page.read_text()).text
    assert "rank changed KID ×1000 ↓ FID ↓ seeds sample" in words
    assert (
        "1 train_dcgan. loss= hinge 3 experiments hinge-b, hinge-a, hinge-c 21.0 ± 1.0 better 21.0 ± 1.0 better 3"
        in words
    )
    assert "3 default 2 experiments main, again 30.5 ± 0.7 30.5 ± 0.7 2" in words
    assert "direction KID ×1000 ↓ KID ×1000 by waves ↓ FID ↓ seeds" in words
    assert "1 default main a2b 70.0 170.00 70.0 1 – b2a 70.0 170.00 70.0 " in words
    assert words.index("hinge-b") < words.index("damaged-0") < words.index("again") < words.index("elsewhere")


def pictures(page: Path) -> list[Image.Image]:
    found = re.findall(r'<img src="data:image/webp;base64,([^"]*)"', page.read_text())
    assert all(len(one) <= 40_000 for one in found)
    return [Image.open(io.BytesIO(base64.b64decode(one))) for one in found]


def test_a_row_shows_the_samples_of_its_lowest_seed_that_dvc_has(page: Path) -> None:
    """Of the commit of the experiment; a damaged or missing one is a dash."""
    assert [np.median(np.asarray(one)) for one in pictures(page)] == [pytest.approx(grey, abs=2) for grey in (100, 50)]
    assert page.read_text().count('role="img"') == 3  # damaged-0, elsewhere, and CycleGAN's default


@pytest.mark.parametrize(("rows", "side", "size"), [(4, 128, (652, 262)), (10, 64, (596, 266))])
def test_no_image_of_a_grid_is_cut_in_two(rows: int, side: int, size: tuple[int, int]) -> None:
    """5 × 2 maps remain, or 9 × 4 digits."""
    picture = small(Image.fromarray(tiles(rows, 10, side, 0)))
    scale = min(SMALL[0] / size[0], SMALL[1] / size[1])
    assert (picture.width, picture.height) == pytest.approx([round(scale * one) for one in size], abs=1)


def test_any_picture_becomes_small() -> None:
    """Noise without gaps, and a picture that is smaller already."""
    noise = np.random.default_rng(0).integers(0, 256, (900, 900, 3), np.uint8)
    assert len(small(Image.fromarray(noise)).uri) < 41_000
    tiny = small(Image.fromarray(noise[:9, :20]))
    assert (tiny.width, tiny.height) == (20, 9)


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: `apt-get install chromium` brings one")
def test_a_browser_shows_the_page_without_a_complaint(page: Path, tmp_path: Path) -> None:
    with tab(tmp_path / "profile") as seen:
        for width in (390, 1280):
            seen.open(page, width)
            assert not {"Log.entryAdded", "Runtime.consoleAPICalled"} & {method for method, _ in seen.events}
            assert seen.value("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
            assert seen.value("[...document.images].every(image => image.complete && image.naturalWidth > 0)")


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: `apt-get install chromium` brings one")
def test_in_print_a_setting_is_as_wide_as_its_words(page: Path, tmp_path: Path) -> None:
    """Names of experiments, as long as a study's, were broken into pieces of six letters."""
    with tab(tmp_path / "profile") as seen:
        seen.open(page, 718)  # A4 without margins
        seen.ask("Emulation.setEmulatedMedia", media="print")
        width = "[...document.querySelectorAll('tbody .setting')].map(cell => cell.getBoundingClientRect().width)"
        assert min(seen.value(width)) > 100
