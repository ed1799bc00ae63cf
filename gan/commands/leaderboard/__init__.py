"""`python -m gan leaderboard`: every experiment that DVC knows, and the study, ranked beside a baseline."""

import argparse
from pathlib import Path
from typing import Any

import pandas as pd

from gan.commands.leaderboard.gather import gathered
from gan.commands.ranking import BASELINE, beside, ranks
from gan.run.errors import GanError
from gan.run.paths import REPORTS, expanded

PAGE = REPORTS / "leaderboard.html"
EXAMPLE = """examples:
  python -m gan leaderboard                     all experiments beside the last commit
  python -m gan leaderboard main --model dcgan  one model beside the branch main
  python -m gan leaderboard --html              also a page with pictures, reports/leaderboard.html
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "leaderboard",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("baseline", metavar="REV", nargs="?", default="HEAD", help="what to compare with; %(default)s")
    parser.add_argument("--model", help="only this model")
    parser.add_argument("--checkpoint", default="best", help="which one's scores: best, last, …; %(default)s")
    parser.add_argument(
        "--html", metavar="FILE", nargs="?", const=PAGE, type=_path, help=f"also write a page with pictures; {PAGE}"
    )
    parser.set_defaults(run=lambda given: run(given.baseline, given.model, given.checkpoint, given.html))


def _path(text: str) -> Path:
    """The file of the page; raises ValueError as `expanded`."""
    return Path(expanded(text))


def run(baseline: str, model: str | None, checkpoint: str, html: Path | None = None) -> None:
    """Print a table for each model, and write them as a page if `html` names its file.

    Raises:
        GanError: the baseline is unknown or has no scores, or the file is not one of HTML.
    """
    if html and html.suffix != ".html":
        raise GanError(f"--html {html}: the page is a file that ends in .html; a revision stands before --html")
    found = gathered(baseline, checkpoint)
    models = [one for one in found["model"].unique() if model in (None, one)]
    if not models:
        raise GanError(f"{baseline} has no scores of {model}; it has {', '.join(found['model'].unique())}")
    for one in models:
        print(f"{one}: default is {baseline}\n")
        print(_aligned(shown(ranks(found[found["model"] == one]))), end="\n\n")
    if html:
        from gan.commands.leaderboard import page  # imported here, as it takes a second

        page.write(found, models, baseline, html)
        print(f"{html} shows them with pictures")


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """Ranks as a table for people: a row for each setting, a column for each metric and direction."""
    lines: dict[str, dict[str, Any]] = {}
    for row in beside(table).to_dict("records"):
        line = lines.setdefault(row["setting"], {"rank": row["rank"], "changed": row["setting"], "seeds": row["seeds"]})
        spread = "" if pd.isna(row["std"]) else f" ± {row['std']:.2g}"
        verdict = "" if row["setting"] == BASELINE else f", {row['verdict']}"
        line[f"{row['metric']} {row['direction']}".strip()] = f"{row['mean']:.4g}{spread}{verdict}"
    table = pd.DataFrame([*lines.values()]).fillna("")
    return table[[*table.columns.drop("changed"), "changed"]]


def _aligned(table: pd.DataFrame) -> str:
    """The table as text, with what was changed last: it is the longest, and screens cut it."""
    wide = table["changed"].str.len().max()
    left = table.assign(changed=table["changed"].str.ljust(wide)).rename(columns={"changed": "changed".ljust(wide)})
    return "\n".join(line.rstrip() for line in left.to_string(index=False, max_colwidth=None).splitlines())
