"""Find a commit by a revision or the name of an experiment, and read its files."""

from gan.run.errors import GanError
from gan.run.tools import ToolError, git


def revision(name: str) -> str:
    """The commit that a revision or the name of an experiment stands for.

    Raises:
        GanError: git knows no such name, several experiments have it, or git cannot be asked.
    """
    found = [
        line.split() for line in git("for-each-ref", "--format=%(objectname) %(refname)", "refs/exps").splitlines()
    ]
    named = {commit for commit, ref in found if ref.rsplit("/", 1)[-1] == name and "/exec/" not in ref}
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
