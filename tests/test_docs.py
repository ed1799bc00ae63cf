"""README.md, CONTRIBUTING.md, docs/ and presets/: the targets of their links and the names in their commands exist."""

import importlib.util
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gan.params.schema import Params
from gan.run.yaml12 import read_yaml
from tests.tiny import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES += [ROOT / "presets" / "README.md"]


def commands(page: Path) -> Iterator[list[str]]:
    """Every command in a page: the text after `$ ` in a block, and inline code that begins like a command."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    written = re.findall(r"^\$ (.*)$", text, re.M) + re.findall(r"`((?:dvc|python|make) [^`]*)`", text)
    for command in written:
        presets = re.sub(r"\$\(cat (presets/[\w-]+)\)", lambda name: (ROOT / name[1]).read_text(), command)
        yield shlex.split(presets, comments=True)


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def stage_names() -> set[str]:
    stages = read_yaml((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return set(stages) | {f"{name}@{key}" for name, stage in stages.items() for key in stage.get("foreach", ())}


def with_settings(command: list[str], experiment: int) -> dict[str, Any]:
    """params.yaml as `dvc exp run -S …` changes it; for a sweep, as in one of its experiments."""
    values: dict[str, Any] = read_yaml((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for setting in (after for option, after in pairwise(command) if option == "-S"):
        name, text = setting.split("=", 1)
        several = [text] if text.startswith("[") else text.split(",")
        *blocks, last = name.split(".")
        block = values
        for one in blocks:
            block = block[one]
        assert last in block, f"params.yaml has no {name}"
        block[last] = read_yaml(several[experiment % len(several)])
    return values


def test_readme_and_contributing_are_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) <= 50


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)]*)\)", page.read_text(encoding="utf-8")) if "://" not in link]
    for link in links:
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_named_in_a_page_are_there(page: Path) -> None:
    for path in re.findall(
        r"`((?:gan|stages|tests|benchmarks|presets)/[\w/]*(?:\.\w+)?)`", page.read_text(encoding="utf-8")
    ):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_set_params_and_name_stages_and_modules_that_are_there(page: Path) -> None:
    for command in commands(page):
        for experiment in range(3):
            Params.model_validate(with_settings(command, experiment))
        if command[:2] == ["dvc", "repro"] or command[:3] == ["dvc", "exp", "run"]:
            named = [word for word in command if re.fullmatch(r"[a-z]+(-[a-z]+)*@\w+", word)]
            assert not set(named) - stage_names(), command
        if command[:2] == ["python", "-m"]:
            assert importlib.util.find_spec(command[2]), command
        if command[0] == "make":
            targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
            assert {word for word in command[1:] if "=" not in word} <= set(targets), command


def test_published_protocols_keep_the_size_of_a_datasets_images() -> None:
    found = [
        with_settings(one, 0) for one in commands(ROOT / "docs" / "evaluation.md") if "evaluate.reference" in str(one)
    ]
    blocks = [one["prepare_data"][name] for one in found for name in ("images", "domains")]
    sizes = {(block["source"], block["image_size"]) for block in blocks}
    assert {one for one in sizes if one[0] in ("cifar10", "horse2zebra")} == {("cifar10", 32), ("horse2zebra", 256)}


def test_the_pages_hold_commands() -> None:
    found = [command for page in PAGES for command in commands(page)]
    assert sum("-S" in command for command in found) >= 10
    assert sum(command[:2] == ["python", "-m"] for command in found) >= 10
