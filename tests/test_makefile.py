"""The Makefile under paths with spaces and letters beyond ASCII."""

import shutil
from pathlib import Path

import pytest

from tests.project import sh
from tests.tiny import ROOT

# Installing needs a network, so these programs only write down their arguments, one per line.
VEGA = Path("js_lib_vega_embed", "static", "js_lib_vega_embed", "vega-embed-full.js")
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
    vega = programs.parent / "lib" / "python3.11" / "site-packages" / VEGA
    vega.parent.mkdir(parents=True)
    settings = {"PYTHON": str(tmp_path / "python"), "VENV": place, "CALLS": str(tmp_path / "calls")}
    shutil.copy(programs / "python", settings["PYTHON"])
    command = ["make", "repro", *(f"{variable}={value}" for variable, value in settings.items())]
    assert "lacks the extra 'plots'" in sh(folder, *command, status=2)
    vega.write_text("vega")
    for stamp in (tmp_path / "calls", programs.parent / "installed"):
        stamp.unlink()
    sh(folder, *command)
    wanted = ["python", "-m", "venv", place, "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls[calls.index("venv") - 2 :] == [*wanted, "-c", "constraints.txt", "-e", ".[dev]", "dvc", "repro"]
    assert (folder / ".dvc" / "vega.js").read_text() == "vega"
    (tmp_path / "calls").unlink()
    sh(folder, *command)
    assert (tmp_path / "calls").read_text() == "dvc\nrepro\n"  # set up once
