"""Where a checkpoint comes from, as far as its project records it: data, params, run and scores.

A result is told of a checkpoint only if dvc.lock vouches for it. A repository may hold a new checkpoint beside the
scores of the one before: when only some stages ran since, or a file was edited.
"""

import hashlib
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from ruamel.yaml.error import YAMLError

from gan.artifacts.checkpoint import path_of
from gan.run.paths import LOCK, PARAMS, REPORTS, RUN_CARD
from gan.run.yaml12 import read_yaml
from gan.use.recorded import Recorded

DATA_CARD, SCORES = "data.json", "fid.csv"
FRAME = ("start", "floor", "constant")  # rows beside those of checkpoints


@dataclass(frozen=True)
class Origin:
    """What is known; empty is what is not.

    Args:
        place: where the checkpoint was found: a commit, a workspace, or a file of its own.
        data: the card of the training data.
        params: of the training, by their names in params.yaml.
        run: the card of the training's run.
        scores: the rows of `reports/<model>/fid.csv` for the checkpoint, and those that frame them; all cells as text.
    """

    place: str = "a file of its own"
    data: dict[str, Any] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    run: dict[str, Any] = field(default_factory=dict)
    scores: pd.DataFrame = field(default_factory=pd.DataFrame)


class Lock:
    """What a dvc.lock says; nothing, if a merge broke it."""

    def __init__(self, text: str) -> None:
        try:
            self.stages: dict[str, Any] = dict(read_yaml(text)["stages"])
            self.made = {out["path"]: out["md5"] for stage in self.stages.values() for out in stage.get("outs", [])}
        except (YAMLError, LookupError, TypeError, ValueError, AttributeError):
            self.stages, self.made = {}, {}

    def maker(self, path: Path) -> str | None:
        """The stage that makes a file."""
        name = path.as_posix()
        made = (stage for stage, entry in self.stages.items() if name in (out["path"] for out in entry.get("outs", [])))
        return next(made, None)

    def vouches(self, path: Path, content: bytes | None) -> bool:
        """Whether this is what its stage made, of what the stages before it made, back to the data."""
        stage = self.maker(path)
        md5 = hashlib.md5(content or b"", usedforsecurity=False).hexdigest()
        return stage is not None and self.made[path.as_posix()] == md5 and self._holds(stage)

    def _holds(self, stage: str) -> bool:
        """Whether it ran on what the stages before it made last."""
        for dep in self.stages[stage].get("deps", []):
            maker = self.maker(Path(dep["path"]))
            if maker is not None and (self.made[dep["path"]] != dep.get("md5") or not self._holds(maker)):
                return False
        return True


def origin(revision: str, model: str, name: str) -> Origin:
    """What the project records at a revision of the checkpoint `name` of a model; raises as `Recorded`."""
    files = Recorded(revision)
    lock = Lock((files.read(LOCK) or b"").decode(errors="replace"))
    last = path_of(model, "last")
    path = (
        path_of(model, name) if path_of(model, name).as_posix() in lock.made else last
    )  # DVC hashes no snapshot alone
    if not lock.vouches(path, files.read(path)):
        return Origin(files.place)
    told = {one: files.read(REPORTS / model / one) for one in (DATA_CARD, RUN_CARD, SCORES)}
    run = _json(told[RUN_CARD])
    about = run.get("checkpoint")
    trained = lock.maker(last)
    return Origin(
        files.place,
        _json(told[DATA_CARD]) if lock.vouches(REPORTS / model / DATA_CARD, told[DATA_CARD]) else {},
        lock.stages[trained].get("params", {}).get(str(PARAMS), {}) if trained else {},
        run if isinstance(about, dict) and about.get("md5") == lock.made.get(last.as_posix()) else {},
        _rows(told[SCORES] or b"", name) if lock.vouches(REPORTS / model / SCORES, told[SCORES]) else pd.DataFrame(),
    )


def _json(content: bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(content or b"")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _rows(content: bytes, name: str) -> pd.DataFrame:
    """The rows of a checkpoint and its frame; empty if it was not scored."""
    scores = pd.read_csv(io.BytesIO(content), dtype=str)
    if name not in set(scores["checkpoint"]):
        return pd.DataFrame()
    return scores[scores["checkpoint"].isin([name, *FRAME])]
