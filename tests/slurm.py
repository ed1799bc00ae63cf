"""A real Slurm on this machine: its controller, one node with two cores and two GPUs that are none, and munge."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.servers import free_port

SBIN = f"{os.environ.get('PATH', '')}:/usr/sbin"
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scontrol")
# `cred_expire`: a job that is requeued waits so many seconds, not 2 minutes. `linuxproc` needs no cgroups.
CONFIG = """
ClusterName=here
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={control}
SlurmdPort={node}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=bf_interval=2,sched_interval=2
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmctldParameters=preempt_send_user_signal
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 Gres=gpu:2 State=UNKNOWN
PartitionName=low Nodes={host} Default=YES PriorityTier=1 PreemptMode=REQUEUE GraceTime=120
PartitionName=high Nodes={host} PriorityTier=10 PreemptMode=OFF
"""
GPUS = "Name=gpu File=/dev/null\nName=gpu File=/dev/zero\n"  # Slurm only counts files, and gives out their numbers


def missing() -> list[str]:
    """The programs that this machine lacks."""
    return [program for program in PROGRAMS if not shutil.which(program, path=SBIN)]


@contextlib.contextmanager
def cluster(folder: Path, user: str) -> Iterator[dict[str, str]]:
    """Start the daemons in an empty folder; gives the variables by which sbatch and others find them.

    They run as this user, and end with all jobs.
    """
    host = socket.gethostname().partition(".")[0]
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    ports = {"control": free_port(), "node": free_port()}
    (folder / "slurm.conf").write_text(CONFIG.format(folder=folder, host=host, user=user, **ports))
    (folder / "gres.conf").write_text(GPUS)
    key = folder / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o600)
    munge = ["munged", "--foreground", "--force", f"--socket={folder}/munge.socket", f"--key-file={key}"]
    munge += [f"--{name}-file={folder}/munge.{name}" for name in ("pid", "log", "seed")]
    config = ["-D", "-f", f"{folder}/slurm.conf"]
    variables = {"SLURM_CONF": f"{folder}/slurm.conf"}
    with contextlib.ExitStack() as stack:
        for command in (munge, ["slurmctld", *config], ["slurmd", "-N", host, *config]):
            stack.enter_context(_daemon(command, folder))
        _wait_until_idle(folder, variables)
        yield variables
        subprocess.run(["scancel", "--user", user], env=os.environ | variables, check=False)
        time.sleep(2)


@contextlib.contextmanager
def _daemon(command: list[str], folder: Path) -> Iterator[None]:
    program = shutil.which(command[0], path=SBIN)
    with (folder / f"{command[0]}.log").open("wb") as log:
        process = subprocess.Popen([str(program), *command[1:]], stdout=log, stderr=log, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_idle(folder: Path, variables: dict[str, str]) -> None:
    until = time.monotonic() + 60
    while True:
        done = subprocess.run(
            ["sinfo", "--noheader", "-o", "%T"], env=os.environ | variables, capture_output=True, text=True, check=False
        )
        if set(done.stdout.split()) == {"idle"}:
            return
        logs = [f"{log.name}: {log.read_text()[-500:]}" for log in folder.glob("*.log")]
        assert time.monotonic() < until, f"no node is idle: {done.stdout}{done.stderr} {logs}"
        time.sleep(0.5)
