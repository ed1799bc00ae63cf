"""After a kill, a journal holds what was committed, and nothing else."""

import json
from pathlib import Path

from gan.datasets.journal import Journal


def begun(folder: Path) -> None:
    journal = Journal(folder, "work")
    journal.append("a", b"12")
    journal.commit({"next": 1})
    journal.append("a", b"345")
    journal.append("b", b"6")
    journal.close()  # flushed, never committed


def test_what_was_not_committed_is_cut_off(tmp_path: Path) -> None:
    begun(tmp_path / "j")
    journal = Journal(tmp_path / "j", "work")
    assert journal.position == {"next": 1}
    assert {path.name: path.read_bytes() for path in (tmp_path / "j").iterdir() if path.name != "journal.json"} == {
        "a": b"12"
    }
    journal.append("a", b"7")
    journal.commit({"next": 2})
    journal.close()
    assert (tmp_path / "j" / "a").read_bytes() == b"127"
    assert Journal(tmp_path / "j", "work").position == {"next": 2}


def test_a_finished_file_is_whole_and_let_go(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j", "work")
    for index in range(2000):  # more than a process may have open
        journal.append(str(index), b"12")
        journal.finish(str(index))
    journal.commit({"next": 2000})
    assert Journal(tmp_path / "j", "work").position == {"next": 2000}
    assert (tmp_path / "j" / "1999").read_bytes() == b"12"


def test_other_work_starts_afresh(tmp_path: Path) -> None:
    begun(tmp_path / "j")
    assert Journal(tmp_path / "j", "other").position == {}
    assert not list((tmp_path / "j").iterdir())


def test_a_damaged_journal_starts_afresh(tmp_path: Path) -> None:
    for damage in ("short", "gone", "torn"):
        begun(tmp_path / "j")
        if damage == "short":
            (tmp_path / "j" / "a").write_bytes(b"1")
        elif damage == "gone":
            (tmp_path / "j" / "a").unlink()
        else:
            note = tmp_path / "j" / "journal.json"
            note.write_text(note.read_text()[:-5])
        assert Journal(tmp_path / "j", "work").position == {}, damage


def test_the_note_is_plain_json(tmp_path: Path) -> None:
    begun(tmp_path / "j")
    assert json.loads((tmp_path / "j" / "journal.json").read_text())["lengths"] == {"a": 2}
