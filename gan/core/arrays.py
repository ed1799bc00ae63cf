"""Arrays on disk, read by memory map: they may be larger than the memory."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap

from gan.run.errors import DataError


def map_array(path: Path, dtype: type[np.generic], ndim: int, stage: str) -> Any:
    """Memory-map a .npy file.

    Args:
        dtype, ndim: what the array must have.
        stage: writes it, as the error message says.

    Raises:
        DataError: the file is missing or damaged, or holds another kind of array.
    """
    try:
        array = open_memmap(path, mode="r")
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing; `dvc repro {stage}` makes it") from error
    except (ValueError, EOFError, IsADirectoryError) as error:
        raise DataError(f"{path} is no array ({error}); `dvc checkout --force {path}` restores it") from error
    if array.dtype != dtype or array.ndim != ndim:
        raise DataError(f"{path} holds {array.dtype} {array.shape}, expected {dtype.__name__} of {ndim} dimensions")
    return array
