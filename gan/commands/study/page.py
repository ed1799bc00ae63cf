"""What a study found, for people: reports/study.md and reports/study.png."""

from collections.abc import Iterable
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from gan.commands.ranking import BASELINE, beside, best_first, ranks
from gan.commands.study.plan import Group, Study
from gan.run.files import write_whole
from gan.run.paths import REPORTS

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

PAGE, PICTURE = REPORTS / "study.md", REPORTS / "study.png"
COLOURS = {"better": "#1a7f37", "worse": "#b42318", "within noise": "#6b7280", "the default": "#1f4e9e"}
HEAD = """# Which change helped?

`python -m gan study` made this page from study.yaml; every run is a row of study.csv. Scores are the mean ± standard
deviation over seeds. A verdict compares with the default at 95 % confidence, corrected for the number of comparisons
(Holm 1979). The order is that of KID, relative to KID before training. In the picture green is better than the default,
red is worse, and grey is within noise. If several extractors scored the runs, the others have a column with their KID:
a verdict that both give does not hang on one network.

![KID of each setting with its 95 % interval](study.png)
"""


def write(study: Study, rows: pd.DataFrame, planned: int, kept: int) -> None:
    """Write both files from the rows that there are.

    Args:
        rows: those of today's code, params and data.
        planned: number of runs of the whole study.
        kept: number of all rows of the table, those of other code too.
    """
    groups = {name: group for name, group in study.groups.items() if (rows["group"] == name).any()}
    if not groups:
        return
    parts = [HEAD]
    if missing := planned - len(rows.drop_duplicates(["group", "setting", "seed"])):
        parts.append(f"{missing} runs are still missing; `python -m gan study` goes on.\n")
    if older := kept - len(rows):
        parts.append(f"{older} rows are of other code, params or data than today's, and left out.\n")
    tables = {name: ranks(rows[rows["group"] == name]) for name in groups}
    parts += [_section(name, group, tables[name], rows[rows["group"] == name]) for name, group in groups.items()]
    write_whole(PAGE, "\n".join(parts).encode())
    _draw(tables, PICTURE)


def _section(name: str, group: Group, table: pd.DataFrame, rows: pd.DataFrame) -> str:
    table = beside(table)
    metrics = [*dict.fromkeys(zip(table["metric"], table["direction"], strict=True))]
    head = ["setting", "changes", "seeds", *(_label(*one) for one in metrics), "seconds"]
    lines = [f"## {name}", "", f"Every run: `{' '.join(group.always)}`", "", _line(head), _line(["---"] * len(head))]
    for setting in best_first(rows):
        here = table[table["setting"] == setting].set_index(["metric", "direction"], drop=False)
        cells = [_cell(here.loc[one]) if one in here.index else "" for one in metrics]
        changes = " ".join(f"`{one}`" for one in group.settings.get(setting) or [])
        took = rows.loc[rows["setting"] == setting, "seconds"].mean()
        seeds = str(int(here["seeds"].max()))
        lines.append(_line([setting, changes, seeds, *cells, "" if np.isnan(took) else f"{took:.0f}"]))
    return "\n".join([*lines, ""])


def _label(metric: str, direction: str) -> str:
    return f"{metric.replace('kid', 'kid ×1000')} {direction}".strip()


def _cell(row: pd.Series) -> str:
    scale = 1000 if row["metric"].startswith("kid") else 1
    spread = "" if np.isnan(row["std"]) else f" ± {row['std'] * scale:.2g}"
    verdict = "" if row["verdict"] == "the default" else f", {row['verdict']}"
    return f"{row['mean'] * scale:.3g}{spread}{verdict}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _draw(tables: dict[str, pd.DataFrame], path: Path) -> None:
    """KID of each setting and direction with its 95 % interval, a panel a group, the best at the top."""
    heights = [len(table["setting"].unique()) + 2 for table in tables.values()]
    figure, panels = plt.subplots(
        len(tables), 1, figsize=(9, 0.3 * sum(heights)), height_ratios=heights, squeeze=False, layout="constrained"
    )
    for (name, table), axes in zip(tables.items(), panels[:, 0], strict=True):
        _panel(axes, name, table[(table["metric"] == "kid") & (table["extractor"] == table["extractor"].iloc[0])])
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def _panel(axes: Axes, name: str, table: pd.DataFrame) -> None:
    settings = [*table["setting"].unique()]
    directions = [*table["direction"].unique()]
    for index, direction in enumerate(directions):
        one = table[table["direction"] == direction].set_index("setting").loc[settings]
        height = np.arange(len(settings)) + (index - (len(directions) - 1) / 2) * 0.3
        colours = [COLOURS.get(verdict.removesuffix(" (one seed)"), "#6b7280") for verdict in one["verdict"]]
        low, high = one["mean"] - one["reach"], one["mean"] + one["reach"]
        axes.hlines(height, 1000 * low, 1000 * high, colors=colours, linewidth=2)
        axes.scatter(1000 * one["mean"], height, c=colours, s=22, marker="os^D"[index % 4], label=direction or None)
        if BASELINE in settings:
            axes.axvline(1000 * one.loc[BASELINE, "mean"], color=COLOURS["the default"], linewidth=0.8, linestyle=":")
    axes.set_yticks(range(len(settings)), settings)
    axes.invert_yaxis()
    axes.set(title=f"{name}: KID ×1000, lower is better; green: better than the default, red: worse")
    axes.grid(axis="x", alpha=0.3)
    if len(directions) > 1:
        axes.legend(fontsize=8)
