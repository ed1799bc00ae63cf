"""Files with the weights of extractors."""

import hashlib
from pathlib import Path


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal digits, which names the weights in the protocol of every score."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
