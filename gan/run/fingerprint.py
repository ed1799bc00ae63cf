"""Hashes of all inputs of a stage, and the check that none of them changed while the stage ran."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from gan.run.errors import InputsChangedError, ParamsError
from gan.run.files import md5_of
from gan.run.paths import PARAMS, PIPELINE
from gan.run.yaml12 import read_file

Fingerprint = dict[str, str]
BIG = 1 << 20  # bytes; a smaller file is always hashed again, as two quick edits may leave the same modification time
TAKEN: dict[str, Fingerprint] = {}  # stage → its fingerprint from before its code was imported


def fingerprint(stage: str) -> Fingerprint:
    """Name → hash of everything that the result of a stage depends on: its cmd, each param and each dep.

    Raises:
        ParamsError: dvc.yaml or params.yaml is missing, is not valid YAML, or lacks the stage or one of its params.
    """
    return of_entry(entry(stage), read_file(PARAMS))


def of_entry(found: dict[str, Any], params: Any) -> Fingerprint:
    """The fingerprint of a stage by its entry in dvc.yaml, with these params.

    Raises:
        ParamsError: a param that it lists is missing.
    """
    parts = {"cmd": str(found["cmd"])}
    for key, value in values(found, params).items():
        parts[f"{PARAMS}: {key}"] = _hash_value(value)
    for path, key in _elsewhere(found):
        parts[f"{path}: {key}"] = _hash_value(_at(read_file(path), key, path))
    for dep in found.get("deps", []):
        parts[dep] = _hash_path(Path(dep))
    return parts


def name_of(inputs: Fingerprint) -> str:
    """The whole fingerprint as one hash of 16 hexadecimal digits."""
    return _hash_value(inputs)[:16]


def unlike(one: Fingerprint, other: Fingerprint) -> list[str]:
    """The names of inputs in which two fingerprints differ."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def begun(stage: str) -> Fingerprint:
    """The fingerprint from before the stage's code was imported; from now, if this process did not start as the stage.

    Raises:
        InputsChangedError: an input changed since then.
        ParamsError: as `fingerprint` says.
    """
    if stage not in TAKEN:
        return fingerprint(stage)
    refuse_changes(stage, TAKEN[stage])
    return TAKEN[stage]


def values(found: dict[str, Any], params: Any) -> dict[str, Any]:
    """The params that an entry of dvc.yaml lists: dotted name → value.

    Raises:
        ParamsError: one of them is missing.
    """
    return {key: _at(params, key) for key in found.get("params", []) if isinstance(key, str)}


def _elsewhere(found: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """The values that an entry of dvc.yaml lists from other files, as `reports/dcgan/run.json: [environments]`."""
    for others in found.get("params", []):
        if isinstance(others, dict):
            yield from ((Path(path), key) for path, keys in others.items() for key in keys)


def _at(params: Any, key: str, path: Path = PARAMS) -> Any:
    for name in key.split("."):
        if not isinstance(params, dict) or name not in params:
            raise ParamsError(f"{path}: {key} is missing")
        params = params[name]
    return params


def is_param(name: str) -> bool:
    """Whether params.yaml has a param of that dotted name."""
    try:
        _at(read_file(PARAMS), name)
    except ParamsError:
        return False
    return True


def entry(stage: str) -> dict[str, Any]:
    """The entry of a stage in dvc.yaml; `name@key` is the stage that `foreach` makes for that key.

    Raises:
        ParamsError: dvc.yaml is missing, is not valid YAML, or has no such stage.
    """
    return entry_of(stages(), stage)


def entry_of(pipeline: dict[str, dict[str, Any]], stage: str) -> dict[str, Any]:
    """The entry of a stage among `stages()`; raises as `entry`."""
    name, _, key = stage.partition("@")
    written = pipeline.get(name)
    keys = written.get("foreach", {}) if written else {}
    if not isinstance(keys, dict):
        raise ParamsError(f"{PIPELINE}: foreach of {name} is not a list of models; `git diff {PIPELINE}` shows why")
    if written is None or (key and key not in keys):
        raise ParamsError(f"{PIPELINE} has no stage {stage}; `dvc stage list` names those that there are")
    inside = written.get("do") if key else written
    if not isinstance(inside, dict) or "cmd" not in inside:
        raise ParamsError(f"{PIPELINE}: {stage} has no cmd; `git diff {PIPELINE}` shows what you changed")
    if not key:
        return inside
    filled = {"key": key} | dict(_flat("item", keys[key]))
    text = re.sub(r"\$\{([\w.]+)\}", lambda found: str(filled.get(found[1], found[0])), json.dumps(written["do"]))
    made: dict[str, Any] = json.loads(text)
    return made


def stages() -> dict[str, dict[str, Any]]:
    """The stages of dvc.yaml, by name; raises as `entry`."""
    written = read_file(PIPELINE)
    found = written.get("stages") if isinstance(written, dict) else None
    if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
        raise ParamsError(f"{PIPELINE} lists no stages; `git checkout {PIPELINE}` brings the committed one back")
    return found


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Nested values by their dotted names, such as `item.grids.first`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner)
    else:
        yield name, value


def _hash_value(value: Any) -> str:
    return hashlib.blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=16).hexdigest()


def _hash_path(path: Path) -> str:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    digest = hashlib.blake2b(digest_size=16)
    for file in files:
        # Ignored, as in .dvcignore: Python's compiled files, which have temporary names while they are written.
        if file.is_file() and file.suffix != ".pyc" and "__pycache__" not in file.parts:
            digest.update(file.relative_to(path).as_posix().encode())
            digest.update(_hash_file(file))
    return digest.hexdigest()


def _hash_file(path: Path) -> bytes:
    """The hash of a file. A big file is read again only if its size or its modification time changed."""
    about = path.stat()
    read = _read_once if about.st_size > BIG else _read_once.__wrapped__
    return read(path.absolute(), about.st_size, about.st_mtime_ns)


@cache
def _read_once(path: Path, _size: int, _mtime: int) -> bytes:
    return bytes.fromhex(md5_of(path))


def refuse_changes(stage: str, before: Fingerprint, hint: str = "") -> None:
    """Refuse to finish if an input changed during the run: DVC would record the new input with the old result.

    Args:
        hint: is added to the message.

    Raises:
        InputsChangedError: names what changed.
    """
    if changed := unlike(before, fingerprint(stage)):
        raise InputsChangedError(
            f"{stage}: changed while it ran: {', '.join(changed)}. Nothing is recorded: undo the change and rerun"
            f"{hint}, or rerun to work with the new values"
        )


@contextmanager
def unchanged(stage: str) -> Iterator[None]:
    """Check at the end of the block that no input of the stage changed meanwhile; raises as `refuse_changes`."""
    before = begun(stage)
    yield
    refuse_changes(stage, before)
