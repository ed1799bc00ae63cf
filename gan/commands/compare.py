"""`python -m gan compare`: better, worse or within noise; refuses scores that were not measured alike."""

import argparse
from pathlib import PurePosixPath

import pandas as pd

from gan.commands.revisions import listed, revision, show
from gan.commands.verdicts import compare
from gan.metrics.columns import ALIKE
from gan.metrics.table import KEYS, SCORES, few_images
from gan.params.by_model import MODELS
from gan.records.tables import parse_table
from gan.run.errors import GanError
from gan.run.paths import LOCK, PIPELINE, REPORTS
from gan.run.recorded import is_whole

WORKSPACE = "workspace"

EXAMPLE = """examples:
  python -m gan compare HEAD                        HEAD and the workspace
  python -m gan compare main slow                   two revisions or experiments
  python -m gan compare base-1,base-2,base-3 wide-1,wide-2,wide-3
                                                    two settings, three seeds each: mean ± deviation, and
                                                    a verdict that knows the noise of training
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "compare",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("before", metavar="REV[,REV…]", help="revisions or experiments; several are seeds of a setting")
    parser.add_argument("after", metavar="REV[,REV…]", nargs="?", default=WORKSPACE, help="the same; %(default)s")
    parser.add_argument("--checkpoint", default="best", help="which one's scores: best, last, …; %(default)s")
    parser.add_argument(
        "--ignore", metavar="FIELD", nargs="+", default=[], choices=ALIKE, help=f"may differ: {', '.join(ALIKE)}"
    )
    parser.set_defaults(run=lambda given: run(given.before, given.after, given.checkpoint, set(given.ignore)))


def run(before: str, after: str, checkpoint: str, ignored: set[str]) -> None:
    """Print a table of verdicts.

    Raises:
        GanError: a revision is unknown or has no scores, or the two do not compare.
    """
    sides = [[name.strip() for name in side.split(",")] for side in (before, after)]
    one, other = ([table(name) for name in side] for side in sides)
    for name in dict.fromkeys([*sides[0], *sides[1]]):
        for model in outdated(name):
            print(f"{model}: its scores in {name} are of an earlier training, and left out; `dvc repro` makes new ones")
    for model, side in _alone(one, other).items():
        print(f"{model}: only {side} has scores of it, so it is not compared")
    verdicts = compare(one, other, checkpoint, ignored)
    if verdicts.empty:
        print("every score is the same")
        return
    print(verdicts.drop(columns="checkpoint").to_string(index=False))
    if few := few_images(pd.concat([*one, *other])):
        print(f"\n{few}")
    if verdicts["verdict"].str.contains("one seed").any():
        print(
            "\none seed: the noise is that of sampling; training with another seed moves scores by more. "
            "`dvc exp run --queue -S seed=0,1,2` trains several: compare them as NAME,NAME,NAME."
        )


def _alone(before: list[pd.DataFrame], after: list[pd.DataFrame]) -> dict[str, str]:
    """The models that only one side has → the name of that side."""
    models = [{model for table in side for model in table["model"]} for side in (before, after)]
    return dict.fromkeys(models[0] - models[1], "the first side") | dict.fromkeys(models[1] - models[0], "the second")


def table(name: str) -> pd.DataFrame:
    """The scores of all models at a revision, an experiment or in the workspace, without those that are outdated.

    Raises:
        GanError: there are none.
    """
    again = "`dvc repro evaluate` makes it anew" if name == WORKSPACE else "compare another revision"
    needed, numbers = [*KEYS, "kid", "fid"], [*SCORES, *(f"{score}_std" for score in SCORES)]
    frames = [parse_table(text, f"{path} of {name}", needed, again, numbers) for path, text in _texts(name)]
    if not frames and not PIPELINE.exists():
        raise GanError(f"there is no {PIPELINE} here; run this from the project's folder")
    if not frames:
        raise GanError(f"{name} holds no reports/<model>/fid.csv; `dvc repro` makes them")
    scores = pd.concat(frames)
    if (current := scores[~scores["model"].isin(outdated(name))]).empty:
        raise GanError(f"{name} holds scores of earlier trainings only; `dvc repro` makes those of the last")
    return current


def outdated(name: str) -> list[str]:
    """The models that were not evaluated after their last training, by dvc.lock; as after `dvc repro train-dcgan`."""
    if name != WORKSPACE:
        lock = show(revision(name), LOCK.as_posix())
    else:
        lock = LOCK.read_text(encoding="utf-8") if LOCK.exists() else ""
    return [model for model in MODELS if not is_whole(lock, f"evaluate@{model}")]


def _texts(name: str) -> list[tuple[str, bytes]]:
    """Path and text of the FID table of each model at a revision or in the workspace."""
    if name == WORKSPACE:
        return [(path.as_posix(), path.read_bytes()) for path in sorted(REPORTS.glob("*/fid.csv"))]
    commit = revision(name)
    paths = [path for path in listed(commit, REPORTS.as_posix()) if PurePosixPath(path).match("reports/*/fid.csv")]
    return [(path, show(commit, path).encode()) for path in paths]
