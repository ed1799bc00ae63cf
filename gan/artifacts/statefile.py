"""Recovery state on disk: atomic, verified by a checksum, and never a pickle that runs code."""

import hashlib
import io
import pickle
import sys
from pathlib import Path
from typing import Any

import torch

from gan.run.files import sync_folder, write_synced

DIGEST = hashlib.sha256().digest_size  # bytes in front of the payload


def save(folder: Path, state: dict[str, Any]) -> None:
    """Write `state` to folder/state, and keep the state before it as folder/previous.

    A crash at any moment leaves at least one whole file: the new one is complete on disk before anything is renamed.
    """
    buffer = io.BytesIO()
    torch.save(state, buffer)
    payload = buffer.getbuffer()
    temporary = folder / "state.tmp"
    write_synced(temporary, hashlib.sha256(payload).digest(), payload)
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
        content = memoryview(path.read_bytes())
        if hashlib.sha256(content[DIGEST:]).digest() == content[:DIGEST]:
            try:
                return torch.load(io.BytesIO(content[DIGEST:]), map_location="cpu", weights_only=True)
            except pickle.UnpicklingError as error:
                print(f"{path} is not a state of this program ({error}): not used", file=sys.stderr)
                continue
        print(f"{path} is damaged (checksum differs): not used", file=sys.stderr)
    return None
