"""Find a commit by a revision or the name of an experiment, and read its files."""

import re

from gan.run.errors import GanError
from gan.run.tools import ToolError, git

EXPERIMENT = "refs/exps/[0-9a-f]{2}/[0-9a-f]+/"  # DVC's other references are of its own use


def experiments() -> list[tuple[str, str]]:
    """Name and commit of every experiment that ended well, the oldest first.

    Raises:
        GanError: git cannot be asked.
    """
    text = git("for-each-ref", "--sort=creatordate", "--format=%(objectname) %(refname)", "refs/exps")
    found = [line.split() for line in text.splitlines()]
    return [(ref.rsplit("/", 1)[-1], commit) for commit, ref in found if re.match(EXPERIMENT, ref)]


def revision(name: str) -> str:
    """The commit that a revision or the name of an experiment stands for.

    Raises:
        GanError: the name is empty, git knows no such name, several experiments have it, or git cannot be asked.
    """
    if not name:
        raise GanError("the name of a revision is empty; give one, as main, or several for `compare`, as main,slow")
    named = {commit for one, commit in experiments() if one == name}
    if len(named) > 1:
        raise GanError(f"{name} is the name of {len(named)} experiments; give the commit of one")
    if named:
        return named.pop()
    try:
        return git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").strip()
    except ToolError as error:
        reason = f" ({error})" if error.said else ""
        raise GanError(f"{name} is no revision and no experiment{reason}; `dvc exp list --all` names them") from error


def show(commit: str, path: str) -> str:
    """The text of a file at a commit, by its path from the current folder; empty if there is none.

    Raises:
        GanError: git cannot read it.
    """
    return git("show", f"{commit}:./{path}") if git("ls-tree", commit, "--", path) else ""


def listed(commit: str, folder: str) -> list[str]:
    """The files below a folder at a commit, by their paths from the current folder, sorted.

    Raises:
        GanError: git cannot read it.
    """
    return git("ls-tree", "-r", "-z", "--name-only", commit, "--", folder).split("\0")[:-1]
