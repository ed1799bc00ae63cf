"""Tables on disk, as CSV."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from gan.run.errors import DataError


def read_table(
    path: Path, columns: Sequence[str], stage: str, numbers: Sequence[str] = (), **options: Any
) -> pd.DataFrame:
    """Read a CSV file.

    Args:
        columns: names that it must have.
        stage: writes it, as the error message says.
        numbers: columns whose cells hold a number or nothing, if the table has them.
        options: of `pandas.read_csv`.

    Raises:
        DataError: the file is missing or damaged, holds no row, or lacks a column.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing; `dvc repro {stage}` makes it") from error
    except IsADirectoryError as error:
        raise DataError(f"{path} is a folder; remove it, then `dvc repro {stage}` makes the table") from error
    return parse_table(content, path.as_posix(), columns, f"`dvc repro {stage}` makes it anew", numbers, **options)


def parse_table(
    content: bytes, name: str, columns: Sequence[str], advice: str, numbers: Sequence[str] = (), **options: Any
) -> pd.DataFrame:
    """The table that a CSV file holds; `name` and `advice` are for the error message, the rest as in `read_table`."""
    try:
        table: pd.DataFrame = pd.read_csv(io.BytesIO(content), **options)
        for column in {*numbers} & {*table}:
            pd.to_numeric(table[column])
    except ValueError as error:  # pandas' errors for empty and broken files are subclasses
        raise DataError(f"{name} is no table of this program ({str(error).strip()}); {advice}") from error
    if missing := [column for column in columns if column not in table]:
        raise DataError(f"{name} has no column {', '.join(missing)}; {advice}")
    if table.empty:
        raise DataError(f"{name} has no row; {advice}")
    return table
