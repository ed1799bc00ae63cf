"""YAML's scalars as DVC reads and writes them."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gan.core.yaml12 import read_yaml

SPELLINGS = [
    *("1e-05", "1e-5", "2E-4", "1e5", "3e-07", "1.5e-05", ".5", "1.", "-1.5", "+3", "0.0002", "12", "-7", "0o17"),
    *("0x1F", "010", "1_000", "1:30", "on", "off", "yes", "no", "y", "true", "True", "FALSE", "null", "~", ""),
    *(".inf", "-.inf", "abc", "1e", "e5", "0b11", "2026-11-24", "1.2.3", "-010", "+0x1F", "-0o17", "1_0.5"),
]


def by_dvc(text: str) -> Any:
    """As DVC reads YAML: ruamel, version 1.2."""
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_scalars_read_as_dvc_reads_them(spelling: str) -> None:
    ours, theirs = read_yaml(f"key: {spelling}")["key"], by_dvc(f"key: {spelling}")["key"]
    if spelling == "2026-11-24":
        assert ours == "2026-11-24"  # a date has no place in params: it stays text
    else:
        assert (ours, type(ours)) == (theirs, type(theirs))


@given(st.floats(allow_nan=False) | st.integers(-(2**63), 2**63) | st.booleans() | st.none())
def test_what_dvc_writes_comes_back(value: Any) -> None:
    text = io.StringIO()
    YAML().dump({"key": value}, text)
    back = read_yaml(text.getvalue())["key"]
    assert back == value
    assert type(back) is type(value)
