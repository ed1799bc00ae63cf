"""Files that grow by appending and survive a kill."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import IO, Any

NOTE = "journal.json"


class Journal:
    """A folder of growing files, and a note of the committed length of each.

    When work resumes after a kill, bytes that were appended after the last commit are cut off.

    Args:
        folder: created if it is missing.
        work: JSON values that identify the work; if the folder belongs to other work, it is emptied.
    """

    def __init__(self, folder: Path, work: Any) -> None:
        self.folder = folder
        self.key = hashlib.sha256(json.dumps(work, sort_keys=True).encode()).hexdigest()
        self.position: dict[str, Any] = {}  # as given to the last commit; empty at the start
        self._lengths: dict[str, int] = {}
        self._files: dict[str, IO[bytes]] = {}
        if not self._resume():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)

    def append(self, name: str, content: bytes) -> None:
        if name not in self._files:
            self._files[name] = (self.folder / name).open("ab")
        self._files[name].write(content)

    def finish(self, name: str) -> None:
        """Close a file to which nothing more will be appended."""
        self._settle(name)
        self._files.pop(name).close()

    def commit(self, position: dict[str, Any]) -> None:
        """Sync everything appended so far to the disk, and save `position` for a later start."""
        for name in self._files:
            self._settle(name)
        note = {"key": self.key, "position": position, "lengths": self._lengths}
        temporary = self.folder / f"{NOTE}.tmp"
        with temporary.open("w") as text:
            json.dump(note, text)
            text.flush()
            os.fsync(text.fileno())
        temporary.replace(self.folder / NOTE)
        self.position = position

    def close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _settle(self, name: str) -> None:
        file = self._files[name]
        file.flush()
        os.fsync(file.fileno())
        self._lengths[name] = file.tell()

    def _resume(self) -> bool:
        try:
            note = json.loads((self.folder / NOTE).read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return False
        paths = {name: self.folder / name for name in note["lengths"]}
        whole = all(path.is_file() and path.stat().st_size >= note["lengths"][name] for name, path in paths.items())
        if note["key"] != self.key or not whole:
            return False
        for path in self.folder.iterdir():
            if path.name in paths:
                if path.stat().st_size > note["lengths"][path.name]:  # a finished file may be linked to DVC's cache
                    os.truncate(path, note["lengths"][path.name])
            elif path.name != NOTE:
                path.unlink()
        self.position, self._lengths = note["position"], note["lengths"]
        return True
