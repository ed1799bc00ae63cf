"""A small study by a real Slurm on this machine: stopped, preempted, with a run that fails, and to the same bits.

`python -m benchmarks.slurm` prints the transcript in docs/scale.md. It needs Debian's packages slurm-wlm and munge, and
takes 3 minutes on 2 cores.
"""

import getpass
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gan.run.yaml12 import read_yaml
from tests import slurm
from tests.project import commit, fresh_clone, sh, states

STUDY = """
seeds: [0]
groups:
  digits:
    model: dcgan
    always: [train_dcgan.epochs=80, train_dcgan.snapshots.count=1]
    settings:
      default:
      hinge: [train_dcgan.loss=hinge]
      broken: [train_dcgan.snapshots.count=100000]
"""
LIST = "runs/slurm/list"
TRAINING = "train-dcgan"
PATIENCE = 600  # seconds for each thing that is waited for


class Session:
    """A project, and commands in it that are printed with what they print."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self.folder, self.variables = folder, variables

    def shell(self, command: str) -> str:
        print(f"$ {command}", flush=True)
        said = sh(self.folder, "bash", "-c", command, **self.variables)  # type: ignore[arg-type]
        print(said, end="", flush=True)
        return said

    def jobs(self) -> dict[str, str]:
        """Task or name → its state, of all jobs that Slurm remembers."""
        rows = sh(self.folder, "squeue", "-a", "-t", "all", "-h", "-o", "%i %T", **self.variables)  # type: ignore[arg-type]
        return {one.split()[0]: one.split()[1] for one in rows.splitlines()}

    def wait(self, true: Callable[[], object], what: str) -> None:
        until = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > until:
                sys.exit(f"{what} has not come in {PATIENCE} s: {self.jobs()}")
            time.sleep(0.5)


def made(project: Path, experiment: str) -> dict[str, str]:
    """The hashes of what the training of an experiment made."""
    commit = sh(project, "git", "for-each-ref", "--format=%(objectname)", f"refs/exps/*/*/{experiment}").strip()
    lock = read_yaml(sh(project, "git", "show", f"{commit}:dvc.lock"))
    return {out["path"]: out["md5"] for out in lock["stages"][TRAINING]["outs"]}


def main() -> None:
    if absent := slurm.missing():
        sys.exit(f"{', '.join(absent)}: not on this machine; `apt-get install slurm-wlm munge` brings them")
    with tempfile.TemporaryDirectory(prefix="gan-slurm-") as name:
        project = Path(name) / "project"
        fresh_clone(project)
        (project / "study.yaml").write_text(STUDY)
        sh(project, "dvc", "repro", "reference@dcgan")
        commit(project, "a study")
        straight = Path(name) / "straight"
        shutil.copytree(project, straight)
        (project / "runs" / "slurm").mkdir(parents=True)
        with slurm.cluster(Path(name) / "cluster", getpass.getuser()) as variables:
            study(Session(project, variables))
        compare(project, straight)


def study(session: Session) -> None:
    """Run the array: its first task is told to stop, as before its time limit, and then all are preempted."""
    folder, log = session.folder, session.folder / "runs" / "slurm" / "study-1.log"
    session.shell(f"python -m gan study --list | tee {LIST}")
    array = session.shell(f"sbatch --array=1-3%2 --gres=gpu:1 docs/slurm.sh {LIST}").split()[-1]
    session.wait(lambda: len(states(folder)) >= 2, "the first save of two trainings")
    session.shell(f"scancel --batch --signal=TERM {array}_1")
    session.wait(lambda: "resumed at step" in log.read_text(), "the second start of the first")
    urgent = session.shell("sbatch --partition=high --ntasks=2 --output=/dev/null --wrap='sleep 3'").split()[-1]
    session.wait(lambda: session.jobs()[urgent] == "COMPLETED", "the end of the urgent job")
    tasks = [f"{array}_{task}" for task in (1, 2, 3)]
    session.wait(lambda: all(session.jobs().get(task) in ("COMPLETED", "FAILED") for task in tasks), "the end")
    session.shell("squeue --states=all --format='%8i %9P %10T'")
    session.shell("grep -E '^(task|error)|resumed' runs/slurm/study-*.log | cut -c12-112")
    session.shell("python -m gan study --table")


def compare(project: Path, straight: Path) -> None:
    """Make the same runs without Slurm, in a project that knows nothing of them, and compare what trainings made.

    Raises:
        SystemExit: they differ.
    """
    equal = []
    for line in (project / LIST).read_text().splitlines()[:2]:
        words = shlex.split(line)
        name = words[words.index("-n") + 1]
        sh(straight, *words[:-1], TRAINING)
        ours, theirs = made(project, name), made(straight, name)
        equal.append(ours == theirs)
        print(f"{name}, without a stop: {'the same bits' if equal[-1] else 'OTHER BITS'} in {len(ours)} outputs")
    if not all(equal):
        sys.exit(1)


if __name__ == "__main__":
    main()
