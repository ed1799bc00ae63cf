"""Data and results shared through DVC's remotes, a folder and real servers of S3 and SSH: whole, broken, full, lost."""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gan.run.yaml12 import read_yaml
from tests import servers
from tests.project import begin, end_all, printed, sh, wait_until
from tests.remotes import Remote, remote_of
from tests.test_mishaps import APART

AFTER = 400_000  # bytes after which a line breaks; all data is several times as much
ONCE = {"AWS_MAX_ATTEMPTS": "1"}  # a broken line is not tried for minutes
SETTING = "sample.dcgan.columns=2"
SAMPLES = "data/samples/dcgan/best/arr_0.npy"
PICTURE = "reports/samples/dcgan_samples.png"
# A folder has no line to break.
LINES = pytest.mark.parametrize("remote", ["s3", "ssh"], indirect=True)


@pytest.fixture(scope="module", params=["folder", "s3", "ssh"])
def remote(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    with remote_of(request.param, tmp_path_factory.mktemp(request.param)) as made:
        yield made


@pytest.fixture(scope="module")
def project(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished project with an experiment, and its git remote `origin`, a bare repository in a folder."""
    folder = tmp_path_factory.mktemp("project") / "mine"
    shutil.copytree(clone, folder)
    sh(folder, "dvc", "exp", "run", "--temp", "-n", "narrow", "-S", SETTING, "evaluate@dcgan")
    sh(folder, "git", "init", "-q", "--bare", "../origin")
    sh(folder, "git", "remote", "add", "origin", str(folder.parent / "origin"))
    sh(folder, "git", "push", "-q", "origin", "main")
    return folder


@pytest.fixture(scope="module")
def everything(project: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """The number of files that a push sends to an empty store."""
    Remote("folder", tmp_path_factory.mktemp("everything"), 0).connect(project, "store")
    return pushed(sh(project, "dvc", "push"))


@pytest.fixture
def colleague(project: Path, tmp_path: Path) -> Path:
    """A clone of the git remote, which has no data yet."""
    sh(tmp_path, "git", "clone", "-q", "-b", "main", str(project.parent / "origin"), "theirs")
    return tmp_path / "theirs"


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    yield
    end_all()


def whole(project: Path, *stage: str) -> bool:
    return "Data and pipelines are up to date." in sh(project, "dvc", "status", *stage)


def pushed(output: str) -> int:
    found = re.search(r"(\d+) files? pushed", output)
    return int(found[1]) if found else 0


def test_a_second_clone_runs_nothing_and_a_colleague_gets_an_experiment(
    remote: Remote, project: Path, colleague: Path
) -> None:
    for one in (project, colleague):
        remote.connect(one, "shared")
    sh(project, "dvc", "push")
    sh(project, "dvc", "exp", "push", "-q", "origin", "narrow")

    output = sh(colleague, "dvc", "repro", "--pull", "--allow-missing")
    assert output.count("didn't change, skipping") == len(read_yaml((colleague / "dvc.lock").read_text())["stages"])
    assert "Running stage" not in output
    sh(colleague, "dvc", "exp", "pull", "-q", "origin", "narrow")
    sh(colleague, "dvc", "exp", "apply", "narrow")
    assert SETTING.partition("=")[2] in sh(colleague, "git", "diff", "params.yaml")
    sh(colleague, "dvc", "pull")
    assert whole(colleague, "evaluate@dcgan")
    assert (colleague / SAMPLES).read_bytes() == (project / SAMPLES).read_bytes()
    assert (colleague / PICTURE).read_bytes() != (project / PICTURE).read_bytes()  # of two columns
    assert "dcgan" in json.loads((colleague / "reports" / "dcgan" / "metrics.json").read_text())


@LINES
def test_the_same_command_sends_and_gets_what_a_broken_line_left(
    remote: Remote, project: Path, colleague: Path, everything: int
) -> None:
    with servers.line(remote.port, after=AFTER) as line:
        remote.connect(project, "broken", line.port)
        assert "ERROR: " in sh(project, "dvc", "push", status=255, **ONCE)
    assert whole(project)
    with servers.line(remote.port, wait=0.001) as slow:
        remote.connect(project, "broken", slow.port)
        assert 0 < pushed(sh(project, "dvc", "push")) < everything
    with servers.line(remote.port, after=AFTER) as line:
        remote.connect(colleague, "broken", line.port)
        assert "ERROR: " in sh(colleague, "dvc", "pull", status=255, **ONCE)
    remote.connect(colleague, "broken")
    sh(colleague, "dvc", "pull")
    assert whole(colleague)


@LINES
@pytest.mark.usefixtures("_heard")
def test_a_server_that_hangs_is_left_by_ctrl_c(remote: Remote, project: Path) -> None:
    with servers.line(remote.port, after=AFTER, hangs=True) as line:
        remote.connect(project, "hangs", line.port)
        push = begin(project, "dvc", "push")
        wait_until(lambda: line.passed > AFTER, push)
        os.killpg(push.pid, signal.SIGINT)
        assert push.wait() == 252
    assert "interrupted by the user" in printed(project)
    remote.connect(project, "hangs")
    assert pushed(sh(project, "dvc", "push")) > 0
    assert whole(project)


def test_a_full_folder_gets_the_rest_when_there_is_room(project: Path, colleague: Path, tmp_path: Path) -> None:
    if subprocess.run([*APART, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no mounts of one's own")
    store = tmp_path / "store"
    store.mkdir()
    for one in (project, colleague):
        Remote("folder", tmp_path, 0).connect(one, "store")
    script = f"""
        mount -t tmpfs -o size=400k none {store}
        ! dvc push
        echo made room
        mount -o remount,size=40m {store}
        dvc push
        cd {colleague}
        dvc pull -q
        dvc status
    """
    before, after = sh(project, *APART, "sh", "-ec", script).split("made room")
    assert "No space left on device" in before
    assert re.search(r"ERROR: failed to push data to the cloud - \d+ files failed to upload", before)
    assert pushed(after) > 0
    assert "Data and pipelines are up to date." in after


def test_a_file_that_a_folder_has_lost_is_named_and_sent_again(project: Path, colleague: Path, tmp_path: Path) -> None:
    """A file in an output that is a folder is sent again only once the folder's list in the store is gone too."""
    for one in (project, colleague):
        Remote("folder", tmp_path, 0).connect(one, "store")
    sh(project, "dvc", "push")
    outs = read_yaml((project / "dvc.lock").read_text())["stages"]["train-dcgan"]["outs"]
    hashes = {Path(out["path"]).name: out["md5"] for out in outs}
    last, snapshots = (at(tmp_path / "store", hashes[name]) for name in ("last.safetensors", "snapshots"))
    inside = at(tmp_path / "store", json.loads(snapshots.read_text())[0]["md5"])
    last.unlink()
    inside.unlink()
    told = sh(colleague, "dvc", "pull", status=1)
    assert hashes["last.safetensors"] in told
    assert "failed to pull data from the cloud" in told
    assert "Running stage" not in sh(colleague, "dvc", "repro", "--pull", "--allow-missing")
    assert pushed(sh(project, "dvc", "push")) == 1
    assert last.exists()
    assert not inside.exists()
    snapshots.unlink()
    assert pushed(sh(project, "dvc", "push")) == 2
    sh(colleague, "dvc", "pull")
    assert whole(colleague)


def at(store: Path, md5: str) -> Path:
    return store / "files" / "md5" / md5[:2] / md5[2:]
