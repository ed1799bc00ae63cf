"""The page of `python -m gan app` in a real browser, with real uploads, keys and checkpoints."""

import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import gan
from gan.core.images import Uint8, to_rgb
from tests.bad_files import bad, photo
from tests.browser import CHROMIUM, Tab, tab
from tests.project import begin, end_all, printed, wait_until
from tests.tiny import ROOT
from tests.trained import cyclegan, dcgan, saved

DIGITS, MAPS, SEVENS, OTHERS = (
    "dcgan.safetensors",
    "cyclegan.safetensors",
    "b/dcgan.safetensors",
    "b/cyclegan.safetensors",
)
IDLE = "![...document.querySelectorAll('*')].some(one => one.ariaBusy === 'true')"
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: `apt-get install chromium` brings one")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two checkpoints of each model, pictures, and a folder for temporary files."""
    place = tmp_path_factory.mktemp("app")
    for name in ("b", "temporary", ".git"):
        (place / name).mkdir()
    for seed, where in enumerate((place, place / "b")):
        saved(dcgan(classes=3 * seed, seed=seed), where)
        saved(cyclegan(seed=seed), where)
    bad(place)
    photo(1, (40, 28)).save(place / "coast.png")
    return place


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """The page of a command that may reach no network; afterwards it ends by Ctrl-C and has left nothing."""
    command = [sys.executable, "-m", "gan", "app", MAPS, DIGITS, OTHERS, SEVENS, "--port", "0"]
    watched = {"PYTHONPATH": f"{ROOT}:{ROOT}/tests/watch", "WATCH_LOG": str(folder / "opened")}
    process = begin(folder, *command, **watched, TMPDIR=str(folder / "temporary"))
    try:
        wait_until(lambda: "Ctrl-C ends it" in printed(folder), process)
        yield printed(folder).split()[0]
        assert not [*(folder / "temporary").iterdir()], "no upload is kept"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert len(printed(folder).splitlines()) == 1, "neither a request nor an error is printed"
    finally:
        end_all()


def until(seen: Tab, expression: str) -> None:
    """Wait until an expression in the page is true."""
    for _ in range(300):
        if seen.value(expression):
            return
        time.sleep(0.1)
    raise AssertionError(f"{expression}: {seen.value('document.body.innerText')}")


def opened(seen: Tab, address: str, width: int, left: str, right: str = "") -> None:
    """Open the page and choose the models that it shows."""
    seen.open(address, width)
    until(seen, "document.querySelectorAll('.side').length > 0")
    for name, value in (("left", left), ("right", right)):
        text = f"[...select.options].find(one => one.text === '{value or 'nothing'}').value"
        seen.value(f"(select => {{ select.value = {text}; select.dispatchEvent(new Event('change')) }})({name})")
    until(seen, f"document.querySelector('h3')?.textContent === '{left}' && {IDLE}")


def images(seen: Tab, selector: str) -> list[Uint8]:
    """The pixels of images in the page."""
    draw = """(async image => {
        await image.decode();
        const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight), to = canvas.getContext("2d");
        to.drawImage(image, 0, 0);
        return [canvas.width, canvas.height, ...to.getImageData(0, 0, canvas.width, canvas.height).data];
    })"""
    found = seen.value(f"Promise.all([...document.querySelectorAll('{selector}')].map({draw}))")
    return [np.array(one[2:], np.uint8).reshape(one[1], one[0], 4)[..., :3] for one in found]


def complaints(seen: Tab) -> list[dict[str, Any]]:
    return [told for method, told in seen.events if method in ("Log.entryAdded", "Runtime.exceptionThrown")]


@needs_chromium
@pytest.mark.parametrize("width", [390, 1280])
def test_a_picture_is_translated_both_ways_by_two_models(
    address: str, folder: Path, tmp_path: Path, width: int
) -> None:
    pixels = np.array(Image.open(folder / "coast.png"))
    expected = [gan.load(folder / name).translate(pixels, way) for name in (MAPS, OTHERS) for way in ("a2b", "b2a")]
    with tab(tmp_path, offline=False) as seen:
        opened(seen, address, width, MAPS, OTHERS)
        seen.upload("#file", folder / "coast.png")
        until(seen, "said.textContent === 'coast.png: translated.'")
        np.testing.assert_array_equal(images(seen, "#translate .side img"), expected)
        np.testing.assert_array_equal(images(seen, "#given img"), [pixels])
        assert not np.array_equal(expected[0], expected[2])
        assert seen.value("[...document.querySelectorAll('#translate .side img')][3].alt") == (
            f"coast.png translated from B to A by {OTHERS}"
        )
        assert seen.value("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert seen.value("document.querySelector('#walk .controls').hidden")
        assert all(url.startswith((address, "blob:", "data:")) for url in seen.asked())
        assert not complaints(seen)


@needs_chromium
def test_keys_move_sliders_and_sliders_move_both_images(address: str, folder: Path, tmp_path: Path) -> None:
    with tab(tmp_path, offline=False) as seen:
        opened(seen, address, 1280, DIGITS, SEVENS)
        first = images(seen, "#walk img")
        models = [gan.load(folder / name) for name in (DIGITS, SEVENS)]
        np.testing.assert_array_equal(first[0], to_rgb(models[0].sample(1, seed=1))[0])
        for focus, key, times in (("share", "End", 1), ("label", "ArrowDown", 2), ("from", "ArrowUp", 3)):
            pressed(seen, focus, key, times)
        pressed(seen, "move-2", "ArrowLeft", 4)
        until(seen, IDLE)
        wanted = []
        for model in models:
            latent = model.space.between(4, 2, 1.0) - 0.2 * model.space.axes[1]
            wanted.append(to_rgb(model.image(latent, 2)[None])[0])
        np.testing.assert_array_equal(images(seen, "#walk img"), wanted)
        assert not np.array_equal(wanted[0], first[0])
        said = seen.value("document.querySelector('#walk figcaption').textContent")
        assert said == "100 % of the way from image 4 to 2"
        assert seen.value("document.querySelector('#move-2').getAttribute('aria-valuetext')") == "-0.20"
        assert not complaints(seen)


def pressed(seen: Tab, name: str, key: str, times: int) -> None:
    seen.value(f"document.getElementById('{name}').focus()")
    for _ in range(times):
        for kind in ("rawKeyDown", "keyUp"):
            code = {"End": 35, "ArrowLeft": 37, "ArrowUp": 38, "ArrowDown": 40}[key]
            seen.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)


@needs_chromium
def test_what_cannot_be_read_is_told_in_one_sentence(address: str, folder: Path, tmp_path: Path) -> None:
    huge = tmp_path / "huge.png"
    with huge.open("wb") as file:
        file.truncate(51_000_000)
    with tab(tmp_path / "profile", offline=False) as seen:
        opened(seen, address, 390, MAPS)
        for path, reason in {
            folder / "bomb.png": "60000×60000 pixels, max_megapixels allows 16 million",
            folder / "header.png": "",
            folder / "text.jpg": "UnidentifiedImageError: cannot identify image file",
            folder / "empty.png": "an empty file",
            huge: "the file has 51.0 MB, max_megabytes allows 50",
        }.items():
            seen.upload("#file", path)
            until(seen, f"said.textContent.startsWith('{path.name}: {reason}') && said.className === 'refused'")
            assert not images(seen, "#translate .side img")
        seen.upload("#file", folder / "coast.png")
        until(seen, "said.textContent === 'coast.png: translated.' && said.className === ''")
        assert {told["entry"]["text"].partition(" (")[0] for told in complaints(seen)} == {
            "Failed to load resource: the server responded with a status of 422"
        }


@needs_chromium
def test_everything_in_the_page_has_a_name(address: str, folder: Path, tmp_path: Path) -> None:
    """As a screen reader sees it."""
    with tab(tmp_path, offline=False) as seen:
        opened(seen, address, 390, MAPS)
        seen.upload("#file", folder / "coast.png")
        until(seen, "said.textContent === 'coast.png: translated.'")
        opened_names = names(seen)
        opened(seen, address, 390, SEVENS)
        found = opened_names + names(seen)
    assert {role for role, _ in found} >= {"slider", "combobox", "spinbutton", "button", "image", "link"}
    assert not [role for role, name in found if not name.strip()]


def names(seen: Tab) -> list[tuple[str, str]]:
    """The role and the name of each control and image."""
    nodes = [node for node in seen.ask("Accessibility.getFullAXTree")["nodes"] if not node.get("ignored")]
    wanted = ("slider", "combobox", "spinbutton", "button", "image", "link", "textbox")
    return [(node["role"]["value"], node["name"]["value"]) for node in nodes if node["role"]["value"] in wanted]
