"""What the leaderboard ranks: scores of the baseline, of experiments and of the study, by what each changed."""

import sys

import pandas as pd

from gan.commands.compare import table
from gan.commands.leaderboard.settings import Version, at, label, of_workspace
from gan.commands.ranking import BASELINE, of_checkpoint
from gan.commands.revisions import experiments, revision
from gan.commands.study import rows as study_rows
from gan.commands.study.deciding import Pipeline
from gan.commands.study.plan import read_study, runs
from gan.run.errors import GanError, ParamsError
from gan.run.fingerprint import stages

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
    version, pipeline = at(start, baseline), stages()
    parts = [base.assign(setting=BASELINE, seed=version.params.get("seed"), name=baseline, commit=start)]
    here = experiments()
    planned = _of_study(version, pipeline, checkpoint, dict(here))
    for name, commit in reversed(here):  # the newest first: of a setting and a seed, one counts
        if name in set(planned["experiment"]):
            continue  # the study's table has it, with that of other machines
        try:
            scores = of_checkpoint(table(commit), checkpoint)
        except GanError:
            continue  # an experiment without scores, such as one of `train-dcgan` alone
        changed = _new(scores, base, _before(commit, checkpoint))
        its = at(commit, name)
        settings = [label(version, its, model, pipeline) for model in changed["model"]]
        parts.append(changed.assign(setting=settings, seed=its.params.get("seed"), name=name, commit=commit))
    if len(planned):
        parts.insert(1, planned)
    return pd.concat(parts, ignore_index=True).drop_duplicates(ONE, ignore_index=True)


def _of_study(version: Version, pipeline: Pipeline, checkpoint: str, here: dict[str, str]) -> pd.DataFrame:
    """The rows of the study as it is planned now; none, and a line that says why, if study.yaml does not hold.

    Args:
        version: that of the baseline.
        here: name → commit of the experiments that are here.
    """
    rows = study_rows.read()
    try:
        rows = study_rows.current(rows, runs(read_study())) if len(rows) else rows
    except ParamsError as error:
        print(f"{study_rows.FOUND} is left out: {error}", file=sys.stderr)
        rows = rows[:0]
    rows = rows[rows["checkpoint"] == checkpoint]
    if rows.empty:
        return rows.assign(setting="", name="", commit="")
    own = of_workspace(pipeline)
    kinds = zip(rows["overrides"], rows["model"], strict=True)
    settings = [label(version, own.with_changes(text), model, pipeline) for text, model in kinds]
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
