"""What the leaderboard ranks: scores of the baseline, of experiments and of the study, by what each changed."""

import shlex
import sys
from functools import cache
from typing import Any

import pandas as pd

from gan.commands.compare import table
from gan.commands.ranking import BASELINE, of_checkpoint
from gan.commands.revisions import experiments, revision, show
from gan.commands.study import rows as study_rows
from gan.commands.study.deciding import Pipeline, params_of
from gan.commands.study.plan import read_study, runs
from gan.run.errors import GanError, ParamsError
from gan.run.fingerprint import stages
from gan.run.paths import PARAMS
from gan.run.yaml12 import parsed, read_file

LISTED = ("evaluate.checkpoints", "evaluate.extractors")  # they decide which scores there are, and change none
HARD_SPACE = "\u00a0"  # in a name or value, as a space parts two changes
SCORED = ["model", "fid", "kid"]
ONE = ["model", "setting", "seed", "direction", "extractor"]  # of these, one row counts


def gathered(baseline: str, checkpoint: str) -> pd.DataFrame:
    """The scores of the baseline, of all experiments and of the study, a row for each seed, direction and extractor.

    `setting` is what an experiment changed; `name` and `commit` are its own, or empty if only the study's table has it.
    A model that an experiment did not train again is left out of it.

    Raises:
        GanError: the baseline is unknown, or has no scores of the checkpoint.
    """
    base = of_checkpoint(table(baseline), checkpoint)
    if base.empty:
        raise GanError(f"{baseline} has no scores of checkpoint {checkpoint}")
    start = revision(baseline)
    params, pipeline = _params(start, baseline), stages()
    parts = [base.assign(setting=BASELINE, seed=params.get("seed"), name=baseline, commit=start)]
    here = experiments()
    planned = _of_study(params, pipeline, checkpoint, dict(here))
    for name, commit in reversed(here):  # the newest first: of a setting and a seed, one counts
        if name in set(planned["experiment"]):
            continue  # the study's table has it, with that of other machines
        try:
            scores = of_checkpoint(table(commit), checkpoint)
        except GanError:
            continue  # an experiment without scores, such as one of `train-dcgan` alone
        changed = _new(scores, base, _before(commit, checkpoint))
        its = _params(commit, name)
        settings = [_label(params, its, model, pipeline) for model in changed["model"]]
        parts.append(changed.assign(setting=settings, seed=its.get("seed"), name=name, commit=commit))
    if len(planned):
        parts.insert(1, planned)
    return pd.concat(parts, ignore_index=True).drop_duplicates(ONE, ignore_index=True)


def _of_study(params: dict[str, Any], pipeline: Pipeline, checkpoint: str, here: dict[str, str]) -> pd.DataFrame:
    """The rows of the study as it is planned now; none, and a line that says why, if study.yaml does not hold.

    Args:
        params: those of the baseline.
        here: name → commit of the experiments that are here.
    """
    rows = study_rows.read()
    try:
        rows = study_rows.current(rows, runs(read_study())) if len(rows) else rows
    except ParamsError as error:
        print(f"{study_rows.FOUND} is left out: {error}", file=sys.stderr)
        rows = rows[:0]
    rows = rows[rows["checkpoint"] == checkpoint]
    own = _flat(read_file(PARAMS)) if len(rows) else {}  # the study's params are those of the workspace
    kinds = zip(rows["overrides"], rows["model"], strict=True)
    settings = [_label(params, own | _overrides(text), model, pipeline) for text, model in kinds]
    commits = [here.get(name, "") for name in rows["experiment"]]
    names = rows["experiment"].where([commit != "" for commit in commits], "")
    return rows.assign(setting=settings, name=names, commit=commits)


def _before(commit: str, checkpoint: str) -> pd.DataFrame:
    """The scores of the commit that an experiment began from."""
    try:
        return of_checkpoint(table(f"{commit}^"), checkpoint)
    except GanError:
        return pd.DataFrame(columns=SCORED)


def _new(scores: pd.DataFrame, *known: pd.DataFrame) -> pd.DataFrame:
    """The scores that are in none of the known tables; the others are of models that the experiment did not train."""
    before = pd.concat([one[SCORED] for one in known]).drop_duplicates()
    return scores[(scores.merge(before, how="left", indicator=True)["_merge"] == "left_only").to_numpy()]


def _params(commit: str, name: str) -> dict[str, Any]:
    """The params at a commit, by their dotted names; `name` is for the error message.

    Raises:
        ParamsError: they are not valid YAML.
    """
    return _flat(parsed(show(commit, PARAMS.as_posix()).encode(), f"{PARAMS} of {name}") or {})


def _flat(params: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested params by their dotted names."""
    found: dict[str, Any] = {}
    for name, value in params.items():
        found |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return found


@cache
def _overrides(text: str) -> dict[str, Any]:
    """The params that the overrides of a run of the study set, as DVC reads them."""
    from dvc.utils.hydra import to_hydra_overrides  # imported here, as it takes a second

    return _flat({one.key_or_group: one.value() for one in to_hydra_overrides(shlex.split(text))})


def _label(before: dict[str, Any], after: dict[str, Any], model: str, pipeline: Pipeline) -> str:
    """What differs between two sets of params that decide a model's result, but for the seed; `default` if nothing."""
    blocks = {one for names in params_of(pipeline, model).values() for one in names}
    names = [name for name in after if name not in ("seed", *LISTED) and _within(name, blocks)]
    changed = [name for name in names if after[name] != before.get(name)]
    return " ".join(f"{name}={_written(after[name])}".replace(" ", HARD_SPACE) for name in changed) or BASELINE


def _within(name: str, blocks: set[str]) -> bool:
    """Whether a param is one of these, or in a block of theirs."""
    return any(f"{name}.".startswith(f"{one}.") for one in blocks)


def _written(value: Any) -> str:
    """A value as `dvc exp run -S` takes it."""
    if isinstance(value, list):
        return f"[{','.join(map(_written, value))}]"
    return str(value) if isinstance(value, str) else "null" if value is None else str(value).lower()
