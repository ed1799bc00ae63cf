"""Check that all packages are installed. Imports only Python's standard library, so that it runs without them."""

import re
import sys
from importlib.metadata import PackageNotFoundError, requires, version


def refuse_missing_packages() -> None:
    """Exit with one line when this Python lacks a package that pyproject.toml names.

    The usual cause is a Python outside of the virtual environment: DVC runs the first `python` on the path.
    """
    try:
        needed = requires("gan") or []
    except PackageNotFoundError:
        needed = ["gan"]
    missing = [name for line in needed if "extra ==" not in line and not _installed(name := _name(line))]
    if missing:
        sys.exit(
            f"error: {sys.executable} lacks {', '.join(missing)}; activate the environment "
            "(`. .venv/bin/activate`), or set it up with `make repro`"
        )


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0]


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True
