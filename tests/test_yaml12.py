"""YAML as DVC reads and writes it."""

import io
from pathlib import Path
from typing import Any

import pytest
from dvc.utils.serialize import YAMLFileCorruptedError, parse_yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gan.run.errors import ParamsError
from gan.run.yaml12 import read_file, read_yaml

SPELLINGS = [
    *("1e-05", "1e-5", "2E-4", "1e5", "3e-07", "1.5e-05", ".5", "1.", "-1.5", "+3", "0.0002", "12", "-7", "0o17"),
    *("0x1F", "010", "1_000", "1:30", "on", "off", "yes", "no", "y", "true", "True", "FALSE", "null", "~", ""),
    *(".inf", "-.inf", "abc", "1e", "e5", "0b11", "2026-11-24", "1.2.3", "-010", "+0x1F", "-0o17", "1_0.5"),
]


def by_dvc(text: str) -> Any:
    return parse_yaml(text, "params.yaml")


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


BASE = "base: &base {rate: 1e-05, deep: {x: 1, y: 2}}\nother: &other {rate: 2, count: 3}\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("key: *base", {"rate": 1e-05, "deep": {"x": 1, "y": 2}}),
        ("key: {<<: *base}", {"rate": 1e-05, "deep": {"x": 1, "y": 2}}),
        ("key:\n  <<: *base\n  rate: 5", {"rate": 5, "deep": {"x": 1, "y": 2}}),
        ("key:\n  rate: 5\n  <<: *base", {"rate": 5, "deep": {"x": 1, "y": 2}}),
        ("key: {<<: *base, deep: {x: 7}}", {"rate": 1e-05, "deep": {"x": 7}}),  # not merged any deeper
        ("key: {<<: [*base, *other]}", {"rate": 1e-05, "deep": {"x": 1, "y": 2}, "count": 3}),
        ("key: {<<: [*other, *base]}", {"rate": 2, "count": 3, "deep": {"x": 1, "y": 2}}),
        ("key: {<<: {a: 1}}", {"a": 1}),
        ("key: {'<<': *base}", {"<<": {"rate": 1e-05, "deep": {"x": 1, "y": 2}}}),
        ("key: [*base, 1]", [{"rate": 1e-05, "deep": {"x": 1, "y": 2}}, 1]),
    ],
)
def test_anchors_and_merge_keys_are_read_as_dvc_reads_them(text: str, value: Any) -> None:
    assert read_yaml(BASE + text) == by_dvc(BASE + text)
    assert read_yaml(BASE + text)["key"] == value


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("lr: 1\nlr: 2", 'line 2: found duplicate key "lr" with value "2" (original value: "1")'),
        ("a:\n  b: 1\n  c: 2\n  b: 1", 'line 4: found duplicate key "b" with value "1" (original value: "1")'),
        ("lr: 1\nseed: [1, 2", "line 2: expected ',' or ']', but got '<stream end>'"),
        ("lr: 1\nseed: *none", "line 2: found undefined alias 'none'"),
        ("lr: 1\n<<: 3", "line 2: expected a mapping or list of mappings for merging, but found scalar"),
        ("lr: 1\nseed: 1: 2", "line 2: mapping values are not allowed here"),
        ("lr: 1\n\tseed: 2", "line 2: found character '\\t' that cannot start any token"),
        ("lr: 1\n---\nlr: 2", "line 2: but found another document"),
        ("lr: !!python/name:os.system", "line 1: could not determine a constructor for the tag"),
        ("lr: 1\n? {a: 1}\n: 2", "line 2: found unhashable key"),
        ("lr: 1\nseed: \x01", "line 2: unacceptable character #x0001"),
    ],
)
def test_what_dvc_refuses_is_refused_in_a_sentence_with_its_line(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(YAMLFileCorruptedError):
        by_dvc(text)
    with pytest.raises(ParamsError) as caught:
        read_file(path)
    assert str(caught.value).startswith(f"{path} is not valid YAML: {sentence}")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"lr: 1\nseed: \xff", "line 2: byte 0xff is no UTF-8"),
        (b"lr: 0x_", "line 1: 0x_ makes no tag:yaml.org,2002:int"),
        (b"lr: 1\nseed: {deep: [!!float y]}", "line 2: y makes no tag:yaml.org,2002:float"),
        (b"lr: 1\nseed: !!bool maybe", "line 2: maybe makes no tag:yaml.org,2002:bool"),
    ],
)
def test_what_makes_no_value_is_a_sentence_too(content: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_bytes(content)
    with pytest.raises(ParamsError) as caught:
        read_file(path)
    assert str(caught.value).startswith(f"{path} is not valid YAML: {sentence}")
