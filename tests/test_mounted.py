"""A packed set that stays in S3: read by range through a mount whose cache is smaller than the set (docs/scale.md)."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gan.run.yaml12 import read_yaml
from tests import servers, tiny
from tests.project import commit, environment, fresh_clone, sh, wait_until
from tests.remotes import Remote, remote_of

IMAGES, SIZE = 800, 128
SET = IMAGES * SIZE**2 * 3  # bytes: 39 MB
CACHE = 10 << 20
BLOCK = 32  # images that are read in one piece; 4 pieces are mixed


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Remote]:
    for program in ("rclone", "fusermount3"):
        if not shutil.which(program):
            pytest.skip(f"no {program} on this machine: `apt-get install rclone fuse3` brings it")
    if not Path("/dev/fuse").exists():
        pytest.skip("this machine has no /dev/fuse, so it can mount no remote")
    with remote_of("s3", tmp_path) as made:
        yield made


@contextlib.contextmanager
def mounted(port: int, store: str, folder: Path) -> Iterator[Path]:
    """Mount a store of the S3 server as docs/scale.md does; its cache is in `folder` too."""
    at = folder / "mount"
    at.mkdir()
    # AWS_CA_BUNDLE, which names certificates on some machines, is empty: this server has none, and rclone refuses it.
    rclone = ["rclone", "--config", str(folder / "rclone.conf"), "--cache-dir", str(folder / "cache")]
    keys = f"endpoint=http://127.0.0.1:{port} access_key_id=me secret_access_key=secret"
    sh(folder, *rclone, "config", "create", "store", "s3", "provider=Other", *keys.split(), AWS_CA_BUNDLE="")
    how = f"""--read-only --file-perms 0444 --vfs-cache-mode full --vfs-cache-max-size {CACHE}B
        --vfs-cache-poll-interval 200ms --buffer-size 0 --vfs-read-chunk-size 128k"""
    mount = [*rclone, "mount", f"store:bucket/{store}", str(at), *how.split()]
    with subprocess.Popen(mount, env=environment() | {"AWS_CA_BUNDLE": ""}) as process:
        try:
            wait_until(lambda: at.is_mount() or process.poll() is not None)
            assert process.poll() is None
            yield at
        finally:
            subprocess.run(["fusermount3", "-u", "-z", at], check=False)


def settings(project: Path, block: int) -> None:
    """Tiny params, but large images, of which so many are read in one piece."""
    values = tiny.values()
    values["prepare_data"] |= {"shard_megabytes": 4}
    values["prepare_data"]["images"] |= {"image_size": SIZE, "channels": 3, "limit": IMAGES + 40, "test_count": 40}
    values["train_dcgan"] |= {"epochs": 1, "preview_every_epochs": 1.0, "shuffle": {"block": block, "mixed": 4}}
    values["train_dcgan"]["watch"]["every_steps"] = 1000  # it looks at images from everywhere
    tiny.write(project / "params.yaml", **values)


def trained(project: Path, block: int) -> Any:
    """What DVC records of the results of training with such blocks."""
    settings(project, block)
    sh(project, "dvc", "repro", "-s", "train-dcgan")
    return read_yaml((project / "dvc.lock").read_text())["stages"]["train-dcgan"]["outs"]


def test_a_clone_trains_from_a_store_that_its_disk_cannot_hold(remote: Remote, tmp_path: Path) -> None:
    """It fetches what it reads, less of it in blocks than in a full shuffle; results are those of an ordinary clone."""
    ours, theirs = fresh_clone(tmp_path / "ours"), tmp_path / "theirs"
    settings(ours, 1)
    (ours / "dvc.lock").unlink()  # it names results of other params
    sh(ours, "dvc", "repro", "prepare-data@dcgan")
    commit(ours, "packed")
    remote.connect(ours, "shared")
    sh(ours, "dvc", "push")
    sh(tmp_path, "git", "clone", "-q", "ours", "theirs")
    remote.connect(theirs, "shared")

    fetched = {}
    with servers.line(remote.port) as line, mounted(line.port, "shared", tmp_path) as store:
        (theirs / ".dvc" / "cache").mkdir()
        sh(theirs, "cp", "-rsn", str(store / "files"), ".dvc/cache/")
        sh(theirs, "dvc", "config", "--local", "cache.type", "symlink")
        sh(theirs, "dvc", "checkout", "data/packed/images")
        assert "up to date" in sh(theirs, "dvc", "status", "prepare-data@dcgan")
        assert line.passed < SET / 100
        for block in (1, BLOCK):
            before = line.passed
            assert trained(theirs, block) == trained(ours, block)
            fetched[block] = line.passed - before
            wait_until(lambda: held(tmp_path / "cache") <= CACHE)
        assert " pushed" in sh(theirs, "dvc", "push")
    assert fetched[BLOCK] < 0.8 * fetched[1]
    assert fetched[BLOCK] < 1.75 * SET  # so nothing reads all of it first, to hash it


def held(folder: Path) -> int:
    """The bytes that the files of a folder take on the disk; they may have holes."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # the cache has just dropped it
            total += path.stat().st_blocks * 512 if path.is_file() else 0
    return total
