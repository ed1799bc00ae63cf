"""Recovery state on disk: atomic, verified by a checksum, and never a pickle that runs code."""

import io
import pickle
import sys
from pathlib import Path
from typing import Any

import torch

from gan.run.files import read_checked, sync_folder, with_checksum, write_synced


def save(folder: Path, state: dict[str, Any]) -> None:
    """Write `state` to folder/state, and keep the state before it as folder/previous.

    A crash at any moment leaves at least one whole file: the new one is complete on disk before anything is renamed.
    """
    buffer = io.BytesIO()
    torch.save(state, buffer)
    payload = buffer.getbuffer()
    temporary = folder / "state.tmp"
    write_synced(temporary, *with_checksum(payload))
    if (folder / "state").exists():
        (folder / "state").replace(folder / "previous")
    temporary.replace(folder / "state")
    sync_folder(folder)


def load(folder: Path) -> dict[str, Any] | None:
    """The newest whole state, its tensors on the CPU, or None; a damaged file is named on stderr and skipped."""
    for name in ("state", "previous"):
        path = folder / name
        if not path.exists():
            continue
        content = read_checked(path)
        if content is None:
            print(f"{path} is damaged (checksum differs): not used", file=sys.stderr)
            continue
        try:
            return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        except pickle.UnpicklingError as error:
            print(f"{path} is not a state of this program ({error}): not used", file=sys.stderr)
    return None
