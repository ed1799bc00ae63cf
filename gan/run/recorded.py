"""What DVC records of a stage in dvc.lock, and whether a dvc.lock holds this record yet."""

import hashlib
import json
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError

from gan.run.files import md5_of
from gan.run.fingerprint import entry, values
from gan.run.paths import LOCK, PARAMS, main_repository
from gan.run.tools import ToolError, dvc, git
from gan.run.yaml12 import read_file, read_yaml

Record = dict[str, Any]
IGNORED = Path(".dvcignore")


def record(stage: str) -> Record:
    """What DVC would record of the stage now: its command, its params, and the hashes of its deps and outs."""
    found = entry(stage)
    return {
        "cmd": found["cmd"],
        "deps": {dep: dvc_hash(Path(dep)) for dep in found.get("deps", [])},
        "params": values(found, read_file(PARAMS)),
        "outs": {out: dvc_hash(Path(out)) for out in outs(found)},
    }


def is_recorded(stage: str, wanted: Record) -> bool:
    """Whether some dvc.lock holds exactly this record: here, in the main repository, a branch or an experiment."""
    hashes = [*wanted["outs"].values(), *wanted["deps"].values()]
    return None not in hashes and any(
        all(one in text for one in hashes) and read_record(text, stage) == wanted for text in _locks(hashes[0])
    )


def is_cached(stage: str, wanted: Record) -> bool:
    """Whether DVC's cache holds all outs of this record, except for those with `cache: false`."""
    try:
        files = cache()
    except ToolError:
        return False
    cached = [out for out, options in outs(entry(stage)).items() if options.get("cache", True)]  # git keeps the others
    hashes = [one for out, one in wanted["outs"].items() if out in cached]
    return all(in_cache(files, one).exists() for one in hashes)


def cache() -> Path:
    """The folder of the files in DVC's cache; asking DVC for it takes a second.

    Raises:
        ToolError: DVC fails.
    """
    return Path(dvc("cache", "dir", at=main_repository()).strip()) / "files" / "md5"


def in_cache(files: Path, md5: str) -> Path:
    """Where the cache keeps the content of this hash, if it does."""
    return files / md5[:2] / md5[2:]


def outs(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Path → options of every output of an entry of dvc.yaml."""
    listed = [out for kind in ("outs", "metrics", "plots") for out in found.get(kind, [])]
    return {path: options for out in listed for path, options in ({out: {}} if isinstance(out, str) else out).items()}


def _locks(known: str) -> Iterator[str]:
    """The text of the dvc.lock here, in the main repository, and of branches and experiments that contain `known`.

    Args:
        known: a hash of the record that is looked for. Searching for it first is faster than reading every dvc.lock.
    """
    for path in {LOCK.resolve(), (main_repository() / LOCK).resolve()}:
        if path.exists():
            yield path.read_text(encoding="utf-8")
    tips = set(_git("for-each-ref", "--format=%(objectname)", "refs/exps", "refs/heads").split())
    found = _git("grep", "-l", "-F", "-e", known, *sorted(tips), "--", str(LOCK)) if tips else ""
    for line in found.splitlines():
        yield _git("show", f"{line.partition(':')[0]}:./{LOCK}")


def read_record(text: str, stage: str) -> Record | None:
    """The stage in a dvc.lock, in the form of `record`; None if it is not there, or a merge broke the file."""
    return read_records(text).get(stage)


@lru_cache(maxsize=8)
def read_records(text: str) -> dict[str, Record]:
    """The stages in a dvc.lock, in the form of `record`; without those that a merge broke. Not to be changed."""
    try:
        found = [*read_yaml(text)["stages"].items()]
    except (YAMLError, LookupError, TypeError, AttributeError):
        return {}
    return {stage: made for stage, written in found if (made := _record_of(written))}


def _record_of(written: Any) -> Record | None:
    try:
        deps, outs = ({one["path"]: one["md5"] for one in written.get(part, [])} for part in ("deps", "outs"))
        params = written.get("params", {}).get(str(PARAMS), {})
        return {"cmd": written["cmd"], "deps": deps, "params": params, "outs": outs}
    except (LookupError, TypeError, AttributeError):
        return None


def is_whole(text: str, stage: str) -> bool:
    """Whether the stage, and those before it, have read what the stages before them made last, by a dvc.lock.

    They have not after `dvc repro train-dcgan`: the scores that are there are those of the training before.
    """
    records = read_records(text)
    makers = {path: (name, md5) for name, made in records.items() for path, md5 in made["outs"].items()}
    left, seen = [stage], {stage}
    while left:
        for path, md5 in records.get(left.pop(), {"deps": {}})["deps"].items():
            maker, made = makers.get(path, ("", md5))
            if made != md5:
                return False
            if maker and maker not in seen:
                seen.add(maker)
                left.append(maker)
    return True


def _git(*arguments: str) -> str:
    """The output of git in the main repository; empty if git fails or is not installed."""
    try:
        return git(*arguments, at=main_repository())
    except ToolError:
        return ""


def dvc_hash(path: Path) -> str | None:
    """The hash by which DVC identifies a file or folder; None if it does not exist.

    The hash of a folder is the MD5 of a list of its files, as dvc_data's Tree writes it.
    """
    if path.is_file():
        return md5_of(path)
    if not path.is_dir():
        return None
    ignored = IGNORED.read_text(encoding="utf-8").split("\n") if IGNORED.exists() else []
    files = {file.relative_to(path).as_posix(): file for file in path.rglob("*") if file.is_file()}
    listed = [
        {"md5": md5_of(files[name]), "relpath": name}
        for name in sorted(files)
        if not any(fnmatch(part, pattern) for part in name.split("/") for pattern in ignored)
    ]
    return hashlib.md5(json.dumps(listed, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + ".dir"
