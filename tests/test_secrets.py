"""No secret of a remote is in a tracked file, in a commit, or gets there by the commands that the docs show."""

import re
import shutil
from pathlib import Path

import pytest

from tests.project import commit, sh
from tests.tiny import ROOT

# Keys of clouds, private keys, and options of a remote that hold a secret.
OPTIONS = "password|passphrase|secret_access_key|session_token|sas_token|account_key|connection_string|client_secret"
SECRETS = rf"(A(KIA|SIA)[0-9A-Z]{{16}}|BEGIN [A-Z ]*PRIVATE KEY|^ *({OPTIONS}) *= *[^ ])"


def documented(kind: str) -> list[list[str]]:
    """The commands by which docs/share.md sets up a remote of this kind."""
    text = (ROOT / "docs" / "share.md").read_text()
    (block,) = [part for part in re.findall(r"```console\n(.*?)```", text, re.S) if f"store {kind}" in part]
    return [line.removeprefix("$ ").split() for line in block.splitlines() if line.startswith("$ dvc remote")]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with this project's settings of DVC."""
    (tmp_path / ".dvc").mkdir()
    for name in ("config", ".gitignore"):
        shutil.copy(ROOT / ".dvc" / name, tmp_path / ".dvc" / name)
    sh(tmp_path, "git", "init", "-q")
    commit(tmp_path, "start")
    return tmp_path


@pytest.mark.parametrize("kind", ["/", "s3://", "ssh://"])
def test_the_documented_commands_put_nothing_into_a_tracked_file(kind: str, project: Path) -> None:
    for command in documented(kind):
        sh(project, *command)
    written = (project / ".dvc" / "config.local").read_text()
    assert f"url = {kind}" in written
    assert sh(project, "git", "status", "--short") == ""
    assert sh(project, "git", "check-ignore", ".dvc/config.local").strip() == ".dvc/config.local"


def leaks(repository: Path) -> list[str]:
    """The commits that add or remove a line with a secret."""
    return sh(repository, "git", "log", "--all", "--oneline", "-E", f"-G{SECRETS}").splitlines()


def test_no_secret_is_in_the_config_or_in_the_history() -> None:
    config = (ROOT / ".dvc" / "config").read_text()
    assert not re.findall(SECRETS, config, re.M)
    assert "remote" not in config  # one user's remote is nobody else's
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git repository, so there is no history to search")
    assert leaks(ROOT) == []


@pytest.mark.parametrize(
    "line",
    ["  account_key = a", "password=x", f"id: AKIA{16 * 'Z'}", "-----BEGIN RSA " + "PRIVATE KEY-----"],
)
def test_a_secret_that_was_committed_once_is_found(line: str, tmp_path: Path) -> None:
    sh(tmp_path, "git", "init", "-q")
    for text in (line, "nothing"):
        (tmp_path / "file").write_text(f"# a comment\n{text}\n")
        commit(tmp_path, "change")
    assert len(leaks(tmp_path)) == 2
