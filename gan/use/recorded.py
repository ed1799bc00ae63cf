"""The files of a project at a revision, as git and DVC know them."""

import os
from pathlib import Path
from typing import Any

WORKSPACE = "workspace"


class Recorded:
    """What the project around the current folder holds at a revision; paths start from the project's folder.

    Args:
        revision: a commit, a branch, a tag or an experiment, or `workspace`.

    Raises:
        DvcException: here and below: there is no project, or no such revision.
    """

    def __init__(self, revision: str) -> None:
        from dvc.api import DVCFileSystem  # imported here, as a file needs no DVC
        from dvc.repo import Repo

        with Repo() as here:
            root, top = here.root_dir, here.scm.root_dir
            remote = here.config["core"].get("remote")  # which an older revision may not know yet
        at = None if revision == WORKSPACE else revision
        # At a commit, paths start from the repository. No cache of instances: the remote may change meanwhile.
        self.inside = Path(os.path.relpath(root, top)) if at else Path()
        self.at = at
        self.files: Any = DVCFileSystem(repo=root, rev=at, remote=remote, subrepos=True, skip_instance_cache=True)

    @property
    def place(self) -> str:
        """Where it is, for those who have another clone: a commit, or the workspace."""
        return f"commit {self.files.repo.get_rev()}" if self.at else "a workspace"

    def exists(self, path: Path) -> bool:
        """Whether it holds this file; its content may be lost."""
        return bool(self.files.exists(self._place(path)))

    def names(self, folder: Path) -> list[str]:
        """What lies in a folder, sorted; empty if there is none."""
        place = self._place(folder)
        found = self.files.ls(place, detail=False) if self.files.isdir(place) else []
        return sorted(Path(one).name for one in found)

    def read(self, path: Path) -> bytes | None:
        """The content of a file; None if it does not hold it, or its content is lost."""
        try:
            with self.files.open(self._place(path), "rb") as file:
                content: bytes = file.read()
        except FileNotFoundError:
            return None
        return content

    def copy(self, path: Path, to: Path) -> None:
        """Copy a file out of DVC's cache, or else its remote.

        Raises:
            FileNotFoundError: neither has it.
        """
        self.files.get_file(self._place(path), str(to))

    def _place(self, path: Path) -> str:
        return (self.inside / path).as_posix()
