"""What a study found, for people: reports/study.md and study.png, and the ranks that reports/index.html shows."""

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator

import pandas as pd

from gan.commands.ranking import beside, ranks
from gan.commands.study.plan import Group, Study
from gan.report import study as findings
from gan.report.forest import picture
from gan.report.scores import EMPTY
from gan.report.verdicts import BETTER, WORSE, Cell
from gan.run.files import write_whole
from gan.run.paths import REPORTS

PAGE, PICTURE = REPORTS / "study.md", REPORTS / "study.png"
BREAK = "<br>"  # within a cell
HEAD = """# Which change helped?
"""
LEGEND = """![KID of each setting with its 95 % interval](study.png)

Scores are the mean ± standard deviation over seeds; a2b translates from A to B, b2a back. A verdict compares with the
default at 95 % confidence, corrected for the number of comparisons of an extractor (Holm 1979). A score without one is
within noise, which does not mean equal: few seeds show only large differences. A setting helped if one score is better
and none is worse. The order is that of KID, relative to KID before training. If several extractors scored the runs,
each has a column with its KID: a verdict that both give does not hang on one network. `seconds` is the median of
training alone, and – if DVC had the training already, of which study.csv then names no machine. `python -m gan study`
made this page from study.yaml. Every run is a row of study.csv; study_ranks.csv holds all intervals.
"""


def write(study: Study, rows: pd.DataFrame, planned: Counter[tuple[str, str]], kept: int) -> None:
    """Write the files from the rows that there are.

    Args:
        rows: those of today's code, params and data.
        planned: group and setting → number of its runs.
        kept: number of all rows of the table, those of other code too.
    """
    tables = {
        name: _ranked(name, group, here, sum(count for (of, _), count in planned.items() if of == name))
        for name, group in study.groups.items()
        if len(here := rows[rows["group"] == name])
    }
    if not tables:
        return
    groups = [findings.group(table) for table in tables.values()]
    parts = [HEAD, *(_short(one) for one in groups)]
    parts += [*_missing(rows, planned)]
    if older := kept - len(rows):
        parts.append(f"{older} rows are of other code, params or data than today's, and left out.\n")
    parts += [LEGEND, *(_section(one) for one in groups)]
    write_whole(PAGE, "\n".join(parts).encode())
    write_whole(findings.RANKS, pd.concat(tables.values()).to_csv(index=False, float_format="%.6g").encode())
    picture({name: table[table["metric"] == "kid"] for name, table in tables.items()}, PICTURE)


def _missing(rows: pd.DataFrame, planned: Counter[tuple[str, str]]) -> Iterator[str]:
    """What nobody has trained yet; settings without any run by their names, as they stand in no table."""
    done = rows.drop_duplicates(["group", "setting", "seed"])
    missing = planned - Counter(zip(done["group"], done["setting"], strict=True))
    if missing:
        unseen = [
            f"{setting} ({group})" for (group, setting), count in missing.items() if count == planned[group, setting]
        ]
        without = f" Without a run: {', '.join(unseen)}." if unseen else ""
        yield f"Runs still missing: {missing.total()}; `python -m gan study` goes on.{without}\n"


def _ranked(name: str, group: Group, rows: pd.DataFrame, planned: int) -> pd.DataFrame:
    """The ranks of a group, with what people want to know of it and of each setting."""
    table = beside(ranks(rows))
    changes = {setting: shlex.join(given or []) for setting, given in group.settings.items()}
    took = rows.groupby("setting")["seconds"].median()
    about = {"group": name, "model": group.model, "about": group.about, "always": shlex.join(group.always)}
    of_settings = {"changes": table["setting"].map(changes), "seconds": table["setting"].map(took)}
    return table.assign(**about, planned=planned, **of_settings)


def _short(group: findings.Group) -> str:
    """What helped and what did not, in a few lines."""
    lines = [f"**{group.name}** ({group.model}): {group.sentence}.", ""]
    for outcome, settings in group.outcomes:
        told = [one for one in settings if one.told]
        names = ", ".join(one.name for one in settings if not one.told)
        lines.append(f"* **{outcome.capitalize()}**: {names}" if names else f"* **{outcome.capitalize()}**:")
        lines += [f"  * {_code(one.changes)} ({one.name}): {'; '.join(one.told)}" for one in told]
    return "\n".join([*lines, ""])


def _section(group: findings.Group) -> str:
    directed = bool([*filter(None, group.settings[0].lines)])
    head = ["setting", *["direction"] * directed, *group.columns, "seeds", "seconds"]
    about = [group.about, ""] if group.about else []
    always = f"Every run: {_code(group.always)}" if group.always else "Every run: the defaults."
    lines = [f"## {group.name}", "", *about, always, "", _line(head), _line(["---"] * len(head))]
    for one in group.settings:
        name = BREAK.join([f"**{one.name}**", *(f"`{change}`" for change in one.changes)])
        scores = [BREAK.join(map(_cell, cells)) for cells in zip(*one.lines.values(), strict=True)]
        lines.append(_line([name, *[BREAK.join(one.lines)] * directed, *scores, str(one.seeds), one.seconds]))
    return "\n".join([*lines, ""])


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return EMPTY
    verdict = f"**{cell.told}**" if cell.kind in (BETTER, WORSE) else cell.told
    return f"{cell.score} {verdict}".rstrip()


def _code(words: list[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


def _line(cells: Iterable[str]) -> str:
    escaped = [one.replace("|", "\\|") for one in cells]
    return f"| {' | '.join(escaped)} |"
