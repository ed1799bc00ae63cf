"""`python -m gan leaderboard`: every experiment that DVC knows, and the study, ranked beside a baseline."""

import argparse
from pathlib import Path

import pandas as pd

from gan.commands.leaderboard.gather import gathered
from gan.commands.ranking import beside, ranks
from gan.report.scores import EMPTY, heading
from gan.report.verdicts import Cell, columns, lines
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
        print(f"{one}: default is {baseline}; a score without a verdict is within noise\n")
        ranked = ranks(found[found["model"] == one])
        print(_aligned(shown(ranked)), *filter(None, [_unlike(ranked)]), sep="\n", end="\n\n")
    if html:
        from gan.commands.leaderboard import page  # imported here, as it takes a second

        page.write(found, models, baseline, html)
        print(f"{html} shows them with pictures")


def shown(ranked: pd.DataFrame) -> pd.DataFrame:
    """Ranks as a table for people: a row for each setting and direction, and the changes last, as screens cut them."""
    table = beside(ranked)
    metrics = columns(table)
    headings = [*map(heading, metrics)]
    rows: list[dict[str, object]] = []
    for setting, scores in table.groupby("setting", sort=False):
        about = {"rank": scores["rank"].iloc[0], "seeds": scores["seeds"].max(), "changed": setting}
        for direction, cells in lines(scores, metrics).items():
            rows.append({"direction": direction} | about | dict(zip(headings, map(_told, cells), strict=True)))
            about = {}
    order = ["rank", "seeds", *["direction"] * bool(table["direction"].any()), *headings, "changed"]
    return pd.DataFrame(rows, dtype=object)[order].fillna("")


def _told(cell: Cell | None) -> str:
    """A score with its verdict; how it was scored differently is left to `_unlike`, as it would widen the table."""
    return f"{cell.score} {cell.told.partition(':')[0]}".rstrip() if cell else EMPTY


def _unlike(ranked: pd.DataFrame) -> str:
    """`scored differently: by n_real, reference`, for the verdicts that lack it; empty if there are none."""
    parted = [one.partition(": ") for one in ranked["verdict"].unique()]
    fields = [field for _, _, field in parted if field]
    return f"scored differently: by {', '.join(fields)}" if fields else ""


def _aligned(table: pd.DataFrame) -> str:
    """The table as text; what was changed begins at one place."""
    wide = table["changed"].str.len().max()
    left = table.assign(changed=table["changed"].str.ljust(wide)).rename(columns={"changed": "changed".ljust(wide)})
    return "\n".join(line.rstrip() for line in left.to_string(index=False, max_colwidth=None).splitlines())
