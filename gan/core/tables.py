"""Tables on disk, as CSV."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from gan.run.errors import DataError


def read_table(path: Path, columns: Sequence[str], stage: str, **options: Any) -> pd.DataFrame:
    """Read a CSV file.

    Args:
        columns: names that it must have.
        stage: writes it, as the error message says.
        options: of `pandas.read_csv`.

    Raises:
        DataError: the file is missing or damaged, or lacks a column.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing; `dvc repro {stage}` makes it") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is no table ({error}); `dvc repro {stage}` makes it anew") from error
    return parse_table(text, path.as_posix(), columns, f"`dvc repro {stage}` makes it anew", **options)


def parse_table(text: str, name: str, columns: Sequence[str], advice: str, **options: Any) -> pd.DataFrame:
    """The table that a text holds as CSV; `name` and `advice` are for the error message, the rest as `read_table`."""
    try:
        table: pd.DataFrame = pd.read_csv(io.StringIO(text), **options)
    except ValueError as error:  # of which pandas' errors for empty and broken files are subclasses
        raise DataError(f"{name} is no table ({str(error).strip()}); {advice}") from error
    if missing := [column for column in columns if column not in table]:
        raise DataError(f"{name} has no column {', '.join(missing)}; {advice}")
    return table
