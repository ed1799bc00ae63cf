"""Which stages an edit reruns: each test edits a file in a reproduced clone, and asks DVC."""

from contextlib import chdir
from pathlib import Path

import pytest
from dvc.repo import Repo

from tests.project import sh

NOTHING: set[str] = set()
# What is edited → the stages whose deps changed; DVC also runs those that use their outputs. A stage of both models is
# named without its key.
EDITS: dict[str, tuple[dict[str, str], set[str]]] = {
    "a new dataset": (
        {"gan/params/prepare_data.py": 'Literal["mnist5k", "mine"]', "gan/datasets/mine.py": "X = 1"},
        {"prepare-data"},
    ),
    "a bound of a param": ({"gan/params/models/cyclegan.py": "MOST = 5"}, NOTHING),
    "the words of an error": ({"gan/run/errors.py": "X = 1"}, NOTHING),
    "the progress bar": ({"gan/run/progress.py": "X = 1"}, NOTHING),
    "a command": ({"gan/commands/compare.py": "X = 1"}, NOTHING),
    "a figure of the report": ({"gan/report/figures.py": "X = 1"}, {"report"}),
    "how the page looks": ({"gan/report/page.css": ":root {}"}, {"report"}),
    "a table": ({"gan/metrics/table.py": "X = 1"}, {"evaluate"}),
    "a metric": ({"gan/metrics/mine.py": "X = 1"}, {"evaluate"}),
    "a distance that chooses snapshots": ({"gan/distances/kid.py": "X = 1"}, {"select", "evaluate"}),
    "an extractor": ({"gan/features/inception_v3.py": "X = 1"}, {"reference", "select", "evaluate"}),
    "how an array is read": (
        {"gan/core/arrays.py": "X = 1"},
        {"prepare-data", "reference", "train-dcgan", "train-cyclegan", "select", "sample", "evaluate", "report"},
    ),
    "how a card is written": (
        {"gan/records/cards.py": "X = 1"},
        {"prepare-data", "reference", "select", "sample", "evaluate", "report"},
    ),
    "how a trained model is used": (
        {f"gan/{name}.py": "X = 1" for name in ("use/whole", "sampling/use", "dcgan/use", "cyclegan/public")},
        NOTHING,
    ),
    "how tables compare": ({"gan/commands/verdicts.py": "X = 1"}, NOTHING),
    "batches": ({"gan/training/batches.py": "X = 1"}, {"train-dcgan", "train-cyclegan"}),
    "how packed images are read": (
        {"gan/loading/packed.py": "X = 1"},
        {"reference", "train-dcgan", "train-cyclegan", "select", "sample", "evaluate", "report"},
    ),
    "how a checkpoint is written": (
        {"gan/artifacts/checkpoint.py": "X = 1"},
        {"train-dcgan", "train-cyclegan", "select", "sample"},
    ),
    "what a model tells the stages": ({"gan/sampling/model.py": "X = 1"}, {"select", "sample"}),
    "augmentation": ({"gan/training/augment.py": "X = 1"}, {"train-dcgan", "train-cyclegan"}),
    "a contact sheet": ({"gan/commands/sheet.py": "X = 1"}, NOTHING),
    "DCGAN's recipe": ({"gan/dcgan/train/recipe.py": "X = 1"}, {"train-dcgan", "select@dcgan", "sample@dcgan"}),
    "DCGAN's sampling": ({"gan/dcgan/sampling.py": "X = 1"}, {"select@dcgan", "sample@dcgan"}),
    "the loop": ({"gan/training/loop.py": "X = 1"}, {"train-dcgan", "train-cyclegan"}),
    "a loss": ({"gan/training/losses.py": "X = 1"}, {"train-dcgan", "train-cyclegan"}),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_reruns_what_it_can_change(clone: Path, edit: str) -> None:
    files, expected = EDITS[edit]
    for name, line in files.items():
        with (clone / name).open("a") as file:
            file.write(f"\n# edited\n{line}\n")
    with chdir(clone), Repo() as repo:
        found = set(repo.status())
    sh(clone, "git", "checkout", "-q", "-f", "main")
    sh(clone, "git", "clean", "-qfd")
    models = {name.partition("@")[0] for name in found if name.endswith("@dcgan")}
    both = {name for name in models if f"{name}@cyclegan" in found}
    assert {name.partition("@")[0] if name.partition("@")[0] in both else name for name in found} == expected
