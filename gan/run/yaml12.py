"""YAML as DVC reads and writes it, by its parser: version 1.2, in which `1e-05` is a number and `on` is text."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node
from ruamel.yaml.reader import ReaderError

from gan.run.errors import ParamsError


class _Constructor(SafeConstructor):
    """Dates stay text: no param is a date, but a class of images may be named like one."""

    def construct_object(self, node: Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError) as error:  # `0x_`, `!!bool maybe`
            raise ConstructorError(None, None, f"{node.value} makes no {node.tag}", node.start_mark) from error


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def read_yaml(text: str) -> Any:
    """Parse YAML as DVC does: numbers, anchors and merge keys (`<<`); a duplicate key is refused.

    Raises:
        YAMLError: it is not valid YAML.
    """
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = _Constructor
    return reader.load(text)


def read_file(path: Path) -> Any:
    """Parse params.yaml or dvc.yaml.

    Raises:
        ParamsError: the file is missing, or is not valid YAML; names the line and the reason.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise ParamsError(f"{path} is missing; run from the folder that holds it") from error
    except OSError as error:
        raise ParamsError(f"{path} cannot be read: {error.strerror}") from error
    return parsed(content, path.as_posix())


def parsed(content: bytes, name: str) -> Any:
    """What a file holds; `name` is for the error message.

    Raises:
        ParamsError: it is not valid YAML; names the line and the reason.
    """
    try:
        return read_yaml(content.decode())
    except RecursionError as error:
        raise ParamsError(f"{name} is not valid YAML: it is nested too deeply") from error
    except (YAMLError, UnicodeDecodeError) as error:
        line, problem = _place_and_problem(error, content)
        raise ParamsError(f"{name} is not valid YAML: line {line}: {' '.join(problem.split())}") from error


def _place_and_problem(error: Exception, content: bytes) -> tuple[int, str]:
    if isinstance(error, MarkedYAMLError) and error.problem_mark:
        return error.problem_mark.line + 1, str(error.problem)
    if isinstance(error, UnicodeDecodeError):
        return content.count(b"\n", 0, error.start) + 1, f"byte {content[error.start]:#x} is no UTF-8"
    before = content.decode()[: error.position] if isinstance(error, ReaderError) else ""
    return before.count("\n") + 1, str(error)
