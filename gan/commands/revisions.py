"""Commits by the names that people use, and files of them."""

import subprocess

from gan.core.errors import GanError


def revision(name: str) -> str:
    """The commit of a revision or of an experiment's name.

    Raises:
        GanError: git knows no such name, or several experiments have it.
    """
    listed = _git("for-each-ref", "--format=%(objectname) %(refname)", "refs/exps") or ""
    found = [line.split() for line in listed.splitlines()]
    named = {commit for commit, ref in found if ref.rsplit("/", 1)[-1] == name and "/exec/" not in ref}
    if len(named) > 1:
        raise GanError(f"{name} is the name of {len(named)} experiments; give the commit of one")
    commit = next(iter(named), None) or _git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    if not commit:
        raise GanError(f"{name} is no revision and no experiment; `dvc exp list --all` names them")
    return commit.strip()


def show(commit: str, path: str) -> str:
    """What a file holds at a commit; empty where there is none."""
    return _git("show", f"{commit}:{path}") or ""


def _git(*arguments: str) -> str | None:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None
