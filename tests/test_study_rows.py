"""A study's table: what it tells of how a run trained (real git, a lock and a run card made by hand), and its lines."""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

from gan.commands.study import rows
from gan.commands.study.plan import Run
from gan.run.errors import DataError
from tests.project import commit, sh
from tests.study_rows import row
from tests.tiny import ROOT

LAST = "data/checkpoints/dcgan/last.safetensors"
CARD = {
    "seconds": 284.4,
    "environments": [{"device": "a CPU", "threads": 2, "precision": "bf16", "torch": "2.14.1"}],
    "checkpoint": {"path": LAST, "md5": "0ld"},
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def trained(folder: Path, made: str) -> pd.Series:
    """The row of a run whose lock says that its training made this checkpoint; the card is that of `0ld`."""
    sh(folder, "git", "init", "-q", "-b", "main")
    reports = folder / "reports" / "dcgan"
    reports.mkdir(parents=True)
    (reports / "run.json").write_text(json.dumps(CARD))
    pd.DataFrame([row("", 0, kid) | {"checkpoint": name} for name, kid in (("best", 0.03), ("start", 0.4))]).drop(
        columns=["group", "setting", "overrides", "inputs", "code", "experiment", "seconds", "kid_start", "fid_start"]
    ).to_csv(reports / "fid.csv", index=False)
    stages: dict[str, Any] = {
        "train-dcgan": {"cmd": "train", "outs": [{"path": LAST, "hash": "md5", "md5": made}]},
        # Not run by the experiment: its lock is that of the commit from which the experiment began.
        "report": {"cmd": "report", "deps": [{"path": LAST, "hash": "md5", "md5": "0ld"}]},
    }
    with (folder / "dvc.lock").open("w") as file:
        YAML().dump({"schema": "2.0", "stages": stages}, file)
    commit(folder, "run")
    made_by = Run("digits", "dcgan", "default", 0, ("seed=0",), "0123456789abcdef", "y")
    sh(folder, "git", "update-ref", f"refs/exps/{'1' * 2}/{'2' * 38}/{made_by.experiment}", "HEAD")
    return rows.add(rows.read(), made_by).iloc[0]


def test_a_run_tells_where_and_how_long_it_trained(tmp_path: Path) -> None:
    found = trained(tmp_path, "0ld")
    assert [found[name] for name in rows.HOW] == [284.4, "a CPU", 2, "bf16", "2.14.1"]


def test_the_card_of_another_training_is_not_taken_for_this_one(tmp_path: Path) -> None:
    """DVC's run cache restores a training without its card; the one that is there belongs to the commit before."""
    found = trained(tmp_path, "new")
    assert found[rows.HOW].isna().all()
    assert found["kid"] == 0.03


def test_a_run_that_a_merge_brought_twice_counts_once() -> None:
    """Two machines trained it, or have rows of other code that are accepted. As two seeds it would prove too much."""
    run = Run("digits", "dcgan", "hinge", 1, ("seed=1",), "i", "new")
    ours, theirs = (row("hinge", 1, kid, inputs="i", code="new") for kid in (0.02, 0.03))
    rows.write(pd.DataFrame([ours, row("hinge", 1, 0.02, inputs="i", code="new", extractor="waves"), theirs]))
    assert list(rows.read()["kid"]) == [0.02, 0.02]
    older = [row("hinge", 1, kid, inputs="i", code=code) for kid, code in ((0.04, "old"), (0.05, "older"))]
    assert list(rows.accept(pd.DataFrame(older), [run])["kid"]) == [0.04]
    assert list(rows.accept(pd.DataFrame([*older, ours]), [run])["code"]) == ["old", "older", "new"]


def merge(folder: Path, ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> None:
    """Let git merge the tables of two machines, which have added rows to one that holds the default's."""
    (folder / ".gitattributes").write_bytes((ROOT / ".gitattributes").read_bytes())
    sh(folder, "git", "init", "-q", "-b", "main")
    for branch, added in (("main", []), ("ours", ours), ("theirs", theirs)):
        sh(folder, "git", "checkout", "-q", "-B", branch, *["main"] * bool(added))
        rows.write(pd.DataFrame([row("default", 0, 0.03), *added]))
        commit(folder, branch)
    sh(folder, "git", "-c", "user.name=test", "-c", "user.email=test@localhost", "merge", "-q", "ours")


def test_git_merges_the_rows_that_two_machines_added(tmp_path: Path) -> None:
    """Side by side in the table, where git would else see a conflict; one run is in both."""
    shared = row("hinge", 0, 0.02)
    merge(tmp_path, [shared, row("hinge", 1, 0.02)], [shared, row("none", 0, 0.1)])
    found = rows.read()
    assert sorted(zip(found["setting"], found["seed"], strict=True)) == [
        ("default", 0), ("hinge", 0), ("hinge", 1), ("none", 0),
    ]  # fmt: skip


def test_git_merges_tables_that_have_other_columns(tmp_path: Path) -> None:
    """As when one machine scored classes too: every line differs, and git keeps both tables, head by head."""
    merge(tmp_path, [row("hinge", 0, 0.02, class_kl=0.1)], [row("hinge", 1, 0.02, psnr_blocks=20.0)])
    assert rows.FOUND.read_text().count("group,model") == 2
    found = rows.read().set_index(["setting", "seed"]).sort_index()
    assert list(found.index) == [("default", 0), ("hinge", 0), ("hinge", 1)]
    assert found["class_kl"].dropna().to_dict() == {("hinge", 0): 0.1}
    assert found["psnr_blocks"].dropna().to_dict() == {("hinge", 1): 20.0}
    with rows.FOUND.open("a") as file:
        file.write(">>>>>>> theirs\n")
    with pytest.raises(DataError, match=r"study\.csv: line 7 is no row of a study: >>>>>>> theirs…"):
        rows.read()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ({"kid": "inf"}, "line 2 is no row"),
        ({"kid_start": ""}, "line 2 is no row"),
        ({"seed": 0.5}, "line 2 is no row"),
        ({"extractor_sha256": ""}, "line 2 is no row"),
        ({"seconds": "long"}, "is no table"),
    ],
)
def test_a_damaged_cell_is_told(damage: dict[str, Any], told: str) -> None:
    """A line that is cut off lacks the hash of the extractor."""
    rows.write(pd.DataFrame([row("default", 0, 0.03) | damage]))
    with pytest.raises(DataError, match=f"study.csv.* {told}.*`git checkout"):
        rows.read()


def test_a_head_without_rows_is_a_study_that_has_not_begun() -> None:
    rows.write(pd.DataFrame([row("default", 0, 0.03)])[:0])
    assert rows.read().empty


@pytest.mark.parametrize("line", ["<<<<<<< HEAD", "=======", ">>>>>>> theirs", "digits,dcgan,hinge"])
def test_a_line_that_is_no_row_is_refused(line: str) -> None:
    """Marks of a merge were rows without scores, and both of its sides counted."""
    rows.write(pd.DataFrame([row("default", 0, 0.03), row("hinge", 0, 0.02)]))
    head, first, second = rows.FOUND.read_text().splitlines(keepends=True)
    rows.FOUND.write_text(f"{head}{first}{line}\n{second}")
    with pytest.raises(DataError, match=f"study.csv: line 3 is no row of a study: {line.split(',')[0]}…"):
        rows.read()


def test_the_first_extractor_stays_the_first() -> None:
    """The page ranks by it, and must be the same if it is made anew from the table."""
    rows.write(pd.DataFrame([row("default", 0, 0.03, extractor=name) for name in ("waves", "lite")]))
    assert list(rows.read()["extractor"]) == ["waves", "lite"]


def test_a_folder_in_the_place_of_the_table_is_told() -> None:
    rows.FOUND.mkdir(parents=True)
    with pytest.raises(DataError, match=r"study\.csv is a folder; remove it, then `git checkout"):
        rows.read()


@pytest.mark.parametrize("name", ["16", "1e5", "null", "nan", "true"])
def test_a_name_that_looks_like_a_number_or_nothing_is_known_again(name: str) -> None:
    run = Run(name, "dcgan", name, 1, ("seed=1",), "1234567890123456", "12e4")
    rows.write(pd.DataFrame([row(name, 1, 0.02, group=name, inputs=run.inputs, code=run.code)]))
    assert rows.has(rows.read(), run)


def add_many(first: int) -> None:
    for seed in range(first, first + 20):
        more = pd.DataFrame([row("hinge", seed, 0.02)])
        rows.update(partial(with_more, more=more))


def with_more(table: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([table, more])


def test_two_studies_at_a_time_keep_each_others_rows() -> None:
    """And what `git pull` brings while a study runs."""
    with ThreadPoolExecutor(2) as both:
        [*both.map(add_many, (0, 100))]
    assert sorted(rows.read()["seed"]) == [*range(20), *range(100, 120)]
    assert [path.name for path in rows.FOUND.parent.iterdir()] == [rows.FOUND.name]
