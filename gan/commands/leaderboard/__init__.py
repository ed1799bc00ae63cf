"""`python -m gan leaderboard`: every experiment that DVC knows, and the study, ranked beside a baseline."""

import argparse
import shlex
from typing import Any

import pandas as pd

from gan.commands.compare import table
from gan.commands.ranking import BASELINE, of_checkpoint, ranks
from gan.commands.revisions import experiments, revision, show
from gan.commands.study import rows as study_rows
from gan.commands.study.plan import experiment_of, read_study, runs
from gan.run.errors import GanError
from gan.run.paths import PARAMS
from gan.run.yaml12 import read_yaml

EXAMPLE = """examples:
  python -m gan leaderboard                     all experiments beside the last commit
  python -m gan leaderboard main --model dcgan  one model beside the branch main
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "leaderboard",
        help="all experiments, ranked: what they changed, mean ± deviation over seeds, verdict",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("baseline", metavar="REV", nargs="?", default="HEAD", help="what to compare with; %(default)s")
    parser.add_argument("--model", help="only this model")
    parser.add_argument("--checkpoint", default="best", help="which one's scores: best, last, …; %(default)s")
    parser.set_defaults(run=lambda given: run(given.baseline, given.model, given.checkpoint))


def run(baseline: str, model: str | None, checkpoint: str) -> None:
    """Print a table for each model.

    Raises:
        GanError: the baseline is unknown or has no scores.
    """
    found = gathered(baseline, checkpoint)
    models = [one for one in found["model"].unique() if model in (None, one)]
    if not models:
        raise GanError(f"{baseline} has no scores of {model}; it has {', '.join(found['model'].unique())}")
    for one in models:
        print(f"{one}: default is {baseline}\n")
        print(shown(ranks(found[found["model"] == one])).to_string(index=False, max_colwidth=None), end="\n\n")


def gathered(baseline: str, checkpoint: str) -> pd.DataFrame:
    """The scores of the baseline, of all experiments and of the study, a row for each seed, direction and extractor.

    `setting` is what an experiment changed. A model that an experiment did not train again is left out of it.

    Raises:
        GanError: the baseline is unknown, or has no scores of the checkpoint.
    """
    base = of_checkpoint(table(baseline), checkpoint)
    if base.empty:
        raise GanError(f"{baseline} has no scores of checkpoint {checkpoint}")
    params = _flat(read_yaml(show(revision(baseline), PARAMS.as_posix())) or {})
    parts = [base.assign(setting=BASELINE, seed=params.get("seed"))]
    kept = study_rows.read()
    inside = {experiment_of(*one) for one in kept[["group", "setting", "seed", "inputs"]].itertuples(index=False)}
    for name, commit in experiments():
        if name in inside:
            continue  # the study's table has it, with that of other machines
        try:
            scores = of_checkpoint(table(commit), checkpoint)
        except GanError:
            continue  # an experiment without scores, such as one of `train-dcgan` alone
        new = scores.merge(base[["model", "fid", "kid"]].drop_duplicates(), how="left", indicator=True)
        changed = scores[(new["_merge"] == "left_only").to_numpy()]
        its = _flat(read_yaml(show(commit, PARAMS.as_posix())) or {})
        parts.append(changed.assign(setting=_label(params, its), seed=its.get("seed")))
    if len(kept):
        kept = study_rows.current(kept, runs(read_study()))
        settings = [_label(params, params | _overrides(text)) for text in kept["overrides"]]
        parts.append(kept.assign(setting=settings))
    return pd.concat(parts, ignore_index=True)


def _flat(params: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested params by their dotted names."""
    found: dict[str, Any] = {}
    for name, value in params.items():
        found |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return found


def _overrides(text: str) -> dict[str, Any]:
    """The params that the overrides of a run of the study set."""
    return {name: read_yaml(value) for name, _, value in (one.partition("=") for one in shlex.split(text))}


def _label(before: dict[str, Any], after: dict[str, Any]) -> str:
    """What differs between two sets of params, but for the seed; `default` if nothing does."""
    names = [name for name in after if name != "seed" and after[name] != before.get(name)]
    return " ".join(f"{name}={after[name]}".replace(" ", "") for name in names) or BASELINE


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """Ranks as a table for people: a row for each setting, a column for each metric and direction."""
    lines: dict[str, dict[str, Any]] = {}
    first = table[table["extractor"] == table["extractor"].iloc[0]]
    for row in first.to_dict("records"):
        line = lines.setdefault(row["setting"], {"rank": row["rank"], "changed": row["setting"], "seeds": row["seeds"]})
        spread = "" if pd.isna(row["std"]) else f" ± {row['std']:.2g}"
        verdict = "" if row["setting"] == BASELINE else f", {row['verdict']}"
        line[f"{row['metric']} {row['direction']}".strip()] = f"{row['mean']:.4g}{spread}{verdict}"
    return pd.DataFrame([*lines.values()]).fillna("")
