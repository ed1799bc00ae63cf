"""`python -m gan verify`: repeat the training of a commit or an experiment, and report how far the two agree."""

import argparse
import json
import tempfile
import time
from contextlib import chdir
from pathlib import Path
from typing import Any

from gan.commands import rerun
from gan.commands.agreement import Agreement, first_other_row
from gan.commands.revisions import revision, show
from gan.params.by_model import MODELS
from gan.run.errors import GanError
from gan.run.names import training_of
from gan.run.paths import CHECKPOINTS, REPORTS, RUN_CARD
from gan.training import statefile
from gan.training.history import write_losses

POLL = 0.2  # seconds between two searches for new snapshots

EXAMPLE = """examples:
  python -m gan verify dcgan                   the last commit, to the end
  python -m gan verify cyclegan base-1         an experiment
  python -m gan verify dcgan main --steps 600  only to the first snapshot at or after step 600
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "verify",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("revision", metavar="REV", nargs="?", default="HEAD", help="or an experiment; %(default)s")
    parser.add_argument("--steps", type=int, help="stop at the first snapshot at or after this step")
    parser.add_argument(
        "--tolerance",
        type=float,
        default=1e-4,
        help="largest difference of a weight, relative to the largest of its tensor, that still is equal; %(default)s",
    )
    parser.set_defaults(run=lambda given: run(given.model, given.revision, given.steps, given.tolerance))


def run(model: str, name: str, steps: int | None, tolerance: float) -> None:
    """Print how far each file agrees, and the result: the same bits, equal within the tolerance, or different.

    Raises:
        GanError: there is no such run, its files are not in the cache, it fails, or the two differ.
    """
    commit, path = revision(name), (REPORTS / model / RUN_CARD).as_posix()
    text = show(commit, path)
    if not text:
        raise GanError(
            f"{name} holds no {path}; `dvc repro {training_of(model)}` writes it: commit it with the results"
        )
    card = json.loads(text)
    with tempfile.TemporaryDirectory(prefix="gan-verify-") as folder:
        recorded = Path(folder).resolve() / "recorded"
        with chdir(rerun.clone(commit, Path(folder).resolve() / "clone")):
            files = rerun.set_aside(card["stage"], recorded)
            print(f"{card['stage']} at {name} ({commit[:7]}), seed {card['seed']}, determinism: {card['determinism']}")
            for note in rerun.notes(card, recorded):
                print(f"note: {note}")
            agreement = _train(model, card, _Snapshots(model, recorded, steps), tolerance)
            row = _compare_the_rest(model, recorded, files, agreement)
    print(f"{agreement.verdict}{f'; losses differ first in the row of {row}' if row else ''}")
    if agreement.far:
        raise GanError(f"{card['stage']} at {name} was not reproduced")


class _Snapshots:
    """The snapshots of the running training, in order, paired with the recorded ones."""

    def __init__(self, model: str, recorded: Path, steps: int | None) -> None:
        folder = recorded / CHECKPOINTS / model / "snapshots"
        self.left = sorted(folder.glob("*.safetensors"))
        self.steps = steps

    def due(self, folder: Path) -> list[tuple[Path, Path]]:
        """Pairs (recorded, new) of the snapshots that were written since the last call."""
        pairs = []
        while self.left and (new := folder / self.left[0].name).exists():
            pairs.append((self.left.pop(0), new))
        return pairs

    def enough(self, path: Path) -> bool:
        return self.steps is not None and int(path.stem.partition("-")[2]) >= self.steps


def _train(model: str, card: dict[str, Any], snapshots: _Snapshots, tolerance: float) -> Agreement:
    """Run the stage and compare each snapshot once it is written; stop at one that differs too much, or at `steps`."""
    agreement = Agreement(tolerance)
    process = rerun.begin(card)
    try:
        running = True
        while running:
            running = process.poll() is None
            for folder in (*Path(".state").glob(f"{card['stage']}-*/snapshots"), CHECKPOINTS / model / "snapshots"):
                for recorded, new in snapshots.due(folder):
                    print(agreement.add(recorded.stem, recorded, new), flush=True)
                    if agreement.far or snapshots.enough(new):
                        print("that is enough: stopping the training in the clone", flush=True)
                        return agreement
            time.sleep(POLL)
    finally:
        process.terminate()
        status = process.wait()
    if status:
        raise GanError(f"{card['stage']} failed in the clone with status {status}")
    return agreement


def _compare_the_rest(model: str, recorded: Path, files: list[Path], agreement: Agreement) -> str | None:
    """Compare the files beside the snapshots; returns where the losses first differ, if they do."""
    losses = CHECKPOINTS / model / "losses.csv"
    if losses.exists():
        for path in files:
            if path.parent.name != "snapshots":
                print(agreement.add(path.as_posix(), recorded / path, path))
    else:  # the training was stopped before it wrote losses.csv: the rows are in its state
        states = [statefile.load(folder) for folder in Path(".state").glob("train-*") if folder.is_dir()]
        rows = [row for state in states if state for row in state["run"]["rows"]]
        if not rows:
            return None
        write_losses(losses, rows)
    return first_other_row(recorded / losses, losses)
