"""The table of a study, reports/study.csv: a row for each run and direction. It is the study's memory."""

import json
import shlex
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from gan.commands.compare import table
from gan.commands.ranking import of_checkpoint
from gan.commands.revisions import experiments, show
from gan.commands.study.plan import Run
from gan.metrics.table import SCORES
from gan.records.tables import parse_table
from gan.run.errors import DataError, GanError
from gan.run.files import write_whole
from gan.run.locks import let_go, take
from gan.run.paths import LOCK, REPORTS, RUN_CARD
from gan.run.recorded import read_record

FOUND = REPORTS / "study.csv"
ADVICE = f"`git checkout {FOUND}` brings the committed one back"
OF_RUN = ["group", "model", "setting", "seed", "overrides", "inputs", "code", "experiment"]
TEXTS = dict.fromkeys(("group", "model", "setting", "overrides", "inputs", "code", "experiment"), "str")
ONE = ["group", "setting", "seed", "inputs", "code", "direction", "extractor"]  # of these, one row counts
FINITE = ["kid", "fid", "kid_start", "fid_start"]
NEEDED = ["group", "model", "setting", "seed", "inputs", "code", "experiment", "extractor", "extractor_sha256"]
HEAD = b"group,model,"  # the table begins with it
PATIENCE = 60.0  # seconds; to add a run takes one
HOW = ["seconds", "device", "threads", "arithmetic", "torch"]  # `precision` is a score


def read() -> pd.DataFrame:
    """The rows that there are; none if the study has not begun.

    A merge of two machines' tables may hold a run twice: the first counts. If one has columns that the other lacks, git
    leaves both tables in the file, one after the other.

    Raises:
        DataError: the file is damaged, or holds a line that is no row, such as a mark of a merge that conflicts.
    """
    if FOUND.is_dir():
        raise DataError(f"{FOUND} is a folder; remove it, then {ADVICE}")
    lines = FOUND.read_bytes().splitlines(keepends=True) if FOUND.exists() else [HEAD]
    starts = sorted({0, *(place for place, line in enumerate(lines) if line.startswith(HEAD))})
    tables = [_parsed(lines[start:end], start) for start, end in pairwise([*starts, len(lines)])]
    if not (full := [table for table in tables if len(table)]):
        return pd.DataFrame(columns=[*OF_RUN, "checkpoint", "direction", "extractor"])
    return once(pd.concat(full).fillna({"direction": "", "overrides": ""}).astype({"seed": int}))


def _parsed(lines: list[bytes], before: int) -> pd.DataFrame:
    """The rows of one table, which begins after so many lines of the file; none below a head alone."""
    if len(lines) == 1 and lines[0].startswith(HEAD):
        return pd.DataFrame()
    numbers = ["seed", "seconds", *SCORES, *(f"{score}_std" for score in SCORES), *FINITE]
    # A name is text, also `16` and `null`.
    options: dict[str, Any] = {"dtype": TEXTS, "keep_default_na": False, "na_values": [""]}
    needed = [*OF_RUN, "direction", *NEEDED, *FINITE, "seconds"]
    table = parse_table(b"".join(lines), FOUND.as_posix(), needed, ADVICE, numbers, **options)
    bad = table[NEEDED].isna().any(axis=1) | ~np.isfinite(table[FINITE]).all(axis=1) | (table["seed"] % 1 != 0)
    if len(wrong := table[bad]):
        begins = next(text for text in wrong.iloc[0].astype(str) if text)
        place = before + wrong.index[0] + 2
        raise DataError(f"{FOUND}: line {place} is no row of a study: {begins}…; mend it, or {ADVICE}")
    return table


def once(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without those of a run that is there already."""
    return rows.drop_duplicates(ONE, ignore_index=True)


def update(change: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    """Change the table as it is now, with rows that another study or a merge has added meanwhile, and keep it.

    Raises:
        DataError: the file is damaged.
        GanError: another process holds it for long.
    """
    FOUND.parent.mkdir(parents=True, exist_ok=True)
    lock = take(FOUND, PATIENCE)
    if lock is None:
        raise GanError(f"{FOUND} is held by another process; try again when it has ended")
    try:
        write(table := change(read()))
    finally:
        let_go(lock)
    return table


def write(rows: pd.DataFrame) -> None:
    """Keep the rows, sorted, so that two machines' tables merge line by line; the first extractor stays the first."""
    ordered = rows.sort_values(["group", "setting", "seed", "direction"], kind="stable")
    write_whole(FOUND, ordered.to_csv(index=False, float_format="%.6g").encode())


def has(rows: pd.DataFrame, run: Run) -> bool:
    """Whether the table holds this run, with the same code, params and data."""
    return bool((_same(rows, run) & (rows["inputs"] == run.inputs) & (rows["code"] == run.code)).any())


def accept(rows: pd.DataFrame, planned: Iterable[Run]) -> pd.DataFrame:
    """The table with today's code in the rows that have today's params."""
    rows = rows.copy()
    for run in planned:
        if not has(rows, run):
            rows.loc[_same(rows, run) & (rows["inputs"] == run.inputs), "code"] = run.code
    return once(rows)


def current(rows: pd.DataFrame, planned: Iterable[Run]) -> pd.DataFrame:
    """The rows of runs as they are planned now: of today's code, params and data."""
    wanted = {(run.group, run.setting, run.seed, run.inputs, run.code) for run in planned}
    keys = zip(*(rows[name] for name in ("group", "setting", "seed", "inputs", "code")), strict=True)
    return rows[pd.Series([key in wanted for key in keys], index=rows.index, dtype=bool)]


def add(rows: pd.DataFrame, run: Run) -> pd.DataFrame:
    """The table with the scores of a run that has ended, in the place of older ones of the same setting and seed.

    Raises:
        GanError: its experiment holds no scores.
    """
    return pd.concat([rows[~_same(rows, run)], _gather(run)], ignore_index=True)


def _same(rows: pd.DataFrame, run: Run) -> "pd.Series[bool]":
    return (rows["group"] == run.group) & (rows["setting"] == run.setting) & (rows["seed"] == run.seed)


def _gather(run: Run) -> pd.DataFrame:
    commit = dict(experiments())[run.experiment]  # the newest: its name holds what decides its result
    scores = table(commit)
    scores = scores[scores["model"] == run.model]
    found = of_checkpoint(scores, "best" if (scores["checkpoint"] == "best").any() else "last")
    if found.empty:
        raise GanError(f"experiment {run.experiment} holds no scores of {run.model}")
    about = {
        "group": run.group, "model": run.model, "setting": run.setting, "seed": run.seed,
        "overrides": shlex.join(run.overrides), "inputs": run.inputs, "code": run.code,
        "experiment": run.experiment, **_how(run, commit),
    }  # fmt: skip
    scored = found.drop(columns=["model", "seed"])
    return pd.DataFrame(about, index=scored.index).join(scored)


def _how(run: Run, commit: str) -> dict[str, Any]:
    """Where and how long it trained, from its run card; unknown if its files came from DVC's run cache."""
    text = show(commit, (REPORTS / run.model / RUN_CARD).as_posix())
    card = json.loads(text) if text else {}
    made = read_record(show(commit, LOCK.as_posix()), f"train-{run.model}")
    if not card or not made or made["outs"].get(card["checkpoint"]["path"]) != card["checkpoint"]["md5"]:
        return dict.fromkeys(HOW)
    where = card["environments"][-1]
    where["arithmetic"] = where.get("precision")
    return {"seconds": card.get("seconds")} | {name: where.get(name) for name in HOW[1:]}
