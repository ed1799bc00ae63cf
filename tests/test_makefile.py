"""The Makefile under paths with spaces and letters beyond ASCII."""

import shutil
from pathlib import Path

import pytest

from tests.project import sh
from tests.tiny import ROOT

# Installing needs a network, so these programs only write down their arguments, one per line.
RECORDS = '#!/bin/sh\nprintf "%s\\n" "${0##*/}" "$@" >> "$CALLS"\n'


@pytest.mark.parametrize("name", ["plain", "with space", "größe ✓", "it's"])
@pytest.mark.parametrize("venv", [".venv", "my env", "absolute"])
def test_sets_up_and_calls_the_environments_own_programs(name: str, venv: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    (folder / ".dvc").mkdir(parents=True)
    for file in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / file, folder / file)
    place = str(folder / "an env") if venv == "absolute" else venv
    programs = folder / place / "bin"
    programs.mkdir(parents=True)
    for program in ("python", "dvc"):
        (programs / program).write_text(RECORDS)
        (programs / program).chmod(0o755)
    settings = {"PYTHON": str(tmp_path / "python"), "VENV": place, "CALLS": str(tmp_path / "calls")}
    shutil.copy(programs / "python", settings["PYTHON"])
    command = ["make", "repro", *(f"{variable}={value}" for variable, value in settings.items())]
    sh(folder, *command)
    wanted = ["python", "-m", "venv", place, "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    calls = (tmp_path / "calls").read_text().splitlines()
    *begun, copies_vega, program, stage = calls[calls.index("venv") - 2 :]
    assert begun == [*wanted, "-c", "constraints.txt", "-e", ".[dev]", "python", "-c"]
    assert "vega-embed-full.js" in copies_vega
    assert [program, stage] == ["dvc", "repro"]
    (tmp_path / "calls").unlink()
    sh(folder, *command)
    assert (tmp_path / "calls").read_text() == "dvc\nrepro\n"  # set up once
