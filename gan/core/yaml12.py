"""YAML as DVC reads and writes it: version 1.2, in which `1e-05` is a number and `on` is no bool."""

import re
from pathlib import Path
from typing import Any

import yaml

from gan.core.errors import ParamsError


class _Yaml12Loader(yaml.SafeLoader):
    """A SafeLoader with the scalars of YAML 1.2."""


_Yaml12Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in [
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("float", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", list("-+.")),
]:
    _Yaml12Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)


def _integer(loader: _Yaml12Loader, node: yaml.ScalarNode) -> int:
    digits = loader.construct_scalar(node).replace("_", "")
    return int(digits, 0 if re.match("[-+]?0[box]", digits) else 10)  # 010 is ten, unlike in YAML 1.1


_Yaml12Loader.add_constructor("tag:yaml.org,2002:int", _integer)


def read_yaml(text: str) -> Any:
    """Parse YAML as DVC does (version 1.2 scalars)."""
    return yaml.load(text, Loader=_Yaml12Loader)  # noqa: S506 - a SafeLoader


def read_file(path: Path) -> Any:
    """Parse params.yaml or dvc.yaml.

    Raises:
        ParamsError: the file is missing, or is no YAML.
    """
    try:
        return read_yaml(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ParamsError(f"{path} is missing; run from the folder that holds it") from error
    except (yaml.YAMLError, ValueError) as error:  # a ValueError: not UTF-8, or digits that make no number
        raise ParamsError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from error
