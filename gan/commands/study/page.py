"""What a study found, for people: reports/study.md and reports/study.png, and the ranks that reports/index.html shows."""

import shlex
from collections.abc import Iterable, Iterator

import pandas as pd

from gan.commands.ranking import beside, ranks
from gan.commands.study.plan import Group, Study
from gan.report import study as found
from gan.report.forest import picture
from gan.report.scores import EMPTY
from gan.report.verdicts import BETTER, DEFAULT, NOISE, Cell
from gan.run.files import write_whole
from gan.run.paths import REPORTS

PAGE, PICTURE = REPORTS / "study.md", REPORTS / "study.png"
HEAD = """# Which change helped?
"""
LEGEND = """![KID of each setting with its 95 % interval](study.png)

Scores are the mean ± standard deviation over seeds. A verdict compares with the default at 95 % confidence, corrected
for the number of comparisons (Holm 1979); a score without one is within noise. The order is that of KID, relative to
KID before training. If several extractors scored the runs, each has a column with its KID: a verdict that both give
does not hang on one network. `python -m gan study` made this page from study.yaml; every run is a row of study.csv,
and study_ranks.csv has all intervals.
"""


def write(study: Study, rows: pd.DataFrame, planned: int, kept: int) -> None:
    """Write the files from the rows that there are.

    Args:
        rows: those of today's code, params and data.
        planned: number of runs of the whole study.
        kept: number of all rows of the table, those of other code too.
    """
    tables = {
        name: _ranked(name, group, here)
        for name, group in study.groups.items()
        if len(here := rows[rows["group"] == name])
    }
    if not tables:
        return
    groups = [found.group(table) for table in tables.values()]
    parts = [HEAD, *(_short(one) for one in groups)]
    if missing := planned - len(rows.drop_duplicates(["group", "setting", "seed"])):
        parts.append(f"{missing} runs are still missing; `python -m gan study` goes on.\n")
    if older := kept - len(rows):
        parts.append(f"{older} rows are of other code, params or data than today's, and left out.\n")
    parts += [LEGEND, *(_section(one) for one in groups)]
    write_whole(PAGE, "\n".join(parts).encode())
    write_whole(found.RANKS, pd.concat(tables.values()).to_csv(index=False, float_format="%.6g").encode())
    picture({name: table[table["metric"] == "kid"] for name, table in tables.items()}, PICTURE)


def _ranked(name: str, group: Group, rows: pd.DataFrame) -> pd.DataFrame:
    """The ranks of a group, with what people want to know of it and of each setting."""
    table = beside(ranks(rows))
    changes = {setting: shlex.join(given or []) for setting, given in group.settings.items()}
    took = rows.groupby("setting")["seconds"].mean()
    about = {"group": name, "model": group.model, "about": group.about, "always": shlex.join(group.always)}
    return table.assign(**about, changes=table["setting"].map(changes), seconds=table["setting"].map(took))


def _short(group: found.Group) -> str:
    """What helped and what did not, in a few lines."""
    lines = [f"**{group.name}** ({group.model}): {group.sentence}.", ""]
    for outcome, settings in group.outcomes:
        lines.append(f"* **{outcome.capitalize()}**: {'; '.join(_named(one) for one in settings)}")
    return "\n".join([*lines, ""])


def _named(setting: found.Setting) -> str:
    """A setting, and for one that helped or hurt also what it changes and its scores."""
    if not setting.told:
        return setting.name
    return f"**{setting.name}**, {_code(setting.changes)}: {', '.join(setting.told)}"


def _section(group: found.Group) -> str:
    head = ["setting", *group.columns, "seeds", "seconds"]
    about = [group.about, ""] if group.about else []
    always = f"Every run: {_code(group.always)}" if group.always else "Every run: the defaults at full length."
    lines = [f"## {group.name}", "", *about, always, "", _line(head), _line(["---"] * len(head))]
    for setting in group.settings:
        name = "<br>".join([f"**{setting.name}**", *(f"`{one}`" for one in setting.changes)])
        lines.append(_line([name, *_cells(setting.cells), str(setting.seeds), setting.seconds]))
    return "\n".join([*lines, ""])


def _cells(cells: list[Cell | None]) -> Iterator[str]:
    for cell in cells:
        if cell is None:
            yield EMPTY
        elif cell.verdict in (DEFAULT, NOISE):
            yield cell.score
        else:
            yield f"{cell.score} **{cell.verdict}**" if cell.kind == BETTER else f"{cell.score} {cell.verdict}"


def _code(words: list[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(one.replace('|', '&#124;') for one in cells)} |"
