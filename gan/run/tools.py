"""Run git and DVC for their output; if they fail, raise their error message in one line."""

import re
import subprocess
import sys
from pathlib import Path

from gan.run.errors import GanError

FOOTER = re.compile("^Having any troubles\\?.*", re.MULTILINE)  # ends every error of DVC
ERROR = re.compile("^(?:fatal|error|ERROR): ", re.MULTILINE)


class ToolError(GanError):
    """git or DVC failed, or is not installed; `said` is its error message, or empty."""

    def __init__(self, tool: str, said: str) -> None:
        super().__init__(f"{tool}: {said or 'failed and did not say why'}")
        self.said = said


def git(*arguments: str, at: Path = Path()) -> str:
    """The output of git, run in a folder.

    Raises:
        ToolError: it fails, or is not installed.
    """
    return _ask("git", ["git", *arguments], at)


def dvc(*arguments: str, at: Path = Path()) -> str:
    """The output of DVC, run in a folder; raises as `git`."""
    return _ask("dvc", [sys.executable, "-m", "dvc", *arguments], at)


def _ask(tool: str, command: list[str], folder: Path) -> str:
    # UTF-8 whatever the terminal's encoding; surrogates keep the bytes of contents and file names that are not UTF-8.
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, encoding="utf-8", errors="surrogateescape", check=False
        )
    except FileNotFoundError as error:
        raise ToolError(tool, f"{error.filename} is not there; install it, or put it on the path") from error
    if done.returncode:
        raise ToolError(tool, _said(done.stderr) or _said(done.stdout))
    return done.stdout


def _said(text: str) -> str:
    """The error message alone: without warnings and progress before it, and without DVC's offer of help after it."""
    first = ERROR.search(text)
    told = ERROR.sub("", text[first.start() :] if first else text)
    return " ".join(FOOTER.sub("", told).split())
