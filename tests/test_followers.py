"""Ranks that a process starts on its machine: what they are told, and how they end. These need no torch."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gan.run.followers import LOOPBACK
from tests.project import environment
from tests.tiny import ROOT

# A process that leads two followers, which run this same command. It waits long where it should not wait at all.
PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from gan.run import followers
from gan.run.errors import RankError, clean_exit

def until(true):
    while not true():
        time.sleep(0.01)

rank = os.environ.get("RANK")
followers.GRACE = 600.0
{alike}
if rank:
    {follower}
else:
    with clean_exit(), followers.Followers("train-it", 3) as led:
        {leader}
    print("the first ends")
"""
FOREVER = "time.sleep(200)"  # longer than a test waits


def ended(folder: Path, follower: str, leader: str, alike: str = "") -> "subprocess.CompletedProcess[str]":
    """What has become of the first rank, once no process holds its output any more."""
    program = PROGRAM.format(follower=follower, leader=leader, alike=alike)
    command, variables = [sys.executable, "-c", program], environment() | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=120)


def test_each_is_told_its_place_and_the_first_waits_for_its_end(tmp_path: Path) -> None:
    names = ["RANK", "LOCAL_RANK", "GAN_LED", "WORLD_SIZE", "MASTER_ADDR", "GLOO_SOCKET_IFNAME"]
    told = f"open(f'told-{{rank}}', 'w').write(' '.join(os.environ[name] for name in {names}))"
    meet = "open(f'port-{rank}', 'w').write(os.environ['MASTER_PORT'] + ' ' + str(os.getsid(0) == os.getpid()))"
    follower = f"followers.end_with_parent(); until(Path('leaves').exists); {told}; {meet}"
    done = ended(tmp_path, follower, "Path('leaves').touch(); Path('port').write_text(str(led.port))")
    assert (done.returncode, done.stdout, done.stderr) == (0, "the first ends\n", "")
    shared = f"1 3 127.0.0.1 {LOOPBACK}"  # nobody else can reach them
    assert [(tmp_path / f"told-{rank}").read_text() for rank in (1, 2)] == [f"1 1 {shared}", f"2 2 {shared}"]
    own_session = f"{(tmp_path / 'port').read_text()} True"  # Ctrl-C does not reach it
    assert [(tmp_path / f"port-{rank}").read_text() for rank in (1, 2)] == [own_session] * 2


@pytest.mark.parametrize(
    ("end", "how"), [("sys.exit(5)", "ended with status 5"), ("os.kill(os.getpid(), 9)", "was killed by SIGKILL")]
)
def test_the_first_tells_who_was_lost(tmp_path: Path, end: str, how: str) -> None:
    """It may notice before the other process has ended, so it waits for that."""
    follower = f"until(Path('lost').exists); {end} if rank == '2' else {FOREVER}"
    done = ended(tmp_path, follower, "Path('lost').touch(); raise RankError('silent')")
    assert done.returncode == 1
    assert done.stderr == f"error: train-it: rank 2 {how}; the same command goes on from the last saved state\n"


def test_one_that_is_silent_and_lives_is_not_named(tmp_path: Path) -> None:
    done = ended(tmp_path, FOREVER, "raise RankError('silent')", "followers.GRACE = 0.0")
    assert (done.returncode, done.stderr) == (1, "error: silent\n")


def test_a_first_rank_that_waits_in_vain_is_ended(tmp_path: Path) -> None:
    """As one does for a GPU whose sum will never be complete."""
    follower = f"sys.exit(5) if rank == '1' else followers.end_with_parent(); {FOREVER}"
    done = ended(tmp_path, follower, FOREVER, "followers.GRACE = 0.0")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: train-it: rank 1 ended with status 5; the same command goes on from the last saved state\n"
    )


def test_an_error_of_the_first_ends_all_at_once(tmp_path: Path) -> None:
    done = ended(tmp_path, FOREVER, "raise ValueError('its own')")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, "ValueError: its own")


def test_they_end_with_a_first_rank_that_is_killed(tmp_path: Path) -> None:
    done = ended(tmp_path, f"followers.end_with_parent(); {FOREVER}", "os.kill(os.getpid(), 9)")
    assert done.returncode == -signal.SIGKILL
