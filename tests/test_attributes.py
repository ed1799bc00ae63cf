"""A clone holds the same bytes whatever the user's git does with line ends; DVC would rerun stages if one differed."""

from pathlib import Path

import pytest

from tests.project import commit, fresh_clone, sh


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project, with one file of each kind whose bytes could pass for text."""
    folder = fresh_clone(tmp_path_factory.mktemp("origin"))
    for ending in ("jpg", "png", "npy", "npz", "safetensors"):
        (folder / "reports" / f"words.{ending}").write_bytes(b"one\ntwo\r\nthree\n")
    sh(folder, "git", "add", "-f", "reports")
    commit(folder, "words")
    return folder


@pytest.mark.parametrize("settings", [["core.autocrlf=true"], ["core.eol=crlf"], ["core.autocrlf=input"]], ids=str)
def test_a_clone_holds_the_same_bytes(origin: Path, tmp_path: Path, settings: list[str]) -> None:
    options = [part for one in settings for part in ("-c", one)]
    sh(tmp_path, "git", "clone", "-q", *options, str(origin), "clone")
    names = sh(origin, "git", "ls-files", "-z").split("\0")[:-1]
    assert len(names) > 200
    changed = [name for name in names if (tmp_path / "clone" / name).read_bytes() != (origin / name).read_bytes()]
    assert not changed
    assert sh(tmp_path / "clone", "git", "status", "--short") == ""
