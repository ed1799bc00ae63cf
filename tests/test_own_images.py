"""A user's own images from folder to scores, through `dvc exp run` in a fresh clone."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests import tiny
from tests.bad_files import photo
from tests.project import commit, fresh_clone, sh


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fresh_clone(tmp_path_factory.mktemp("own"))


def settings(**values: object) -> list[str]:
    return [part for name, value in values.items() for part in ("-S", f"{name.replace('__', '.')}={value}")]


def test_dcgan_of_classes_from_a_folder_in_colour_at_64_pixels(project: Path, tmp_path: Path) -> None:
    """Its folders are the classes that the generator is told, and by which its samples are scored."""
    for index in range(60):
        (tmp_path / "faces" / f"{index % 3}").mkdir(parents=True, exist_ok=True)
        photo(index, (90, 70)).save(tmp_path / "faces" / f"{index % 3}" / f"{index}.jpg")
    (tmp_path / "faces" / "0" / "broken.jpg").write_bytes(b"broken")
    source = settings(
        prepare_data__images__source="folder",
        prepare_data__images__folder=tmp_path / "faces",
        prepare_data__images__image_size=64,
        prepare_data__images__channels=3,
        prepare_data__images__limit="null",
        prepare_data__images__test_count=20,
        prepare_data__images__max_rejected=0.05,
        prepare_data__images__labels="true",
        train_dcgan__conditional="true",
        train_dcgan__epochs=1,
    )
    output = sh(project, "dvc", "exp", "run", "-n", "faces", *source, "evaluate@dcgan")
    assert "cyclegan" not in output
    card = json.loads((project / "data" / "packed" / "images" / "card.json").read_text())
    assert card["sets"] == {
        "test": {"count": 20, "shape": [64, 64, 3]},
        "train": {"count": 40, "shape": [64, 64, 3]},
    }
    assert '"0/broken.jpg"' in (project / "data" / "packed" / "images" / "rejected.tsv").read_text()
    made = project / "data" / "samples" / "dcgan" / "best"
    assert np.load(made / "arr_0.npy").shape == (40, 64, 64, 3)
    counted = np.bincount(np.load(made / "labels.npy")).tolist()
    assert counted == list(card["labels"]["train"]["counts"].values())
    scores = pd.read_csv(project / "reports" / "dcgan" / "fid.csv").set_index("checkpoint")
    assert scores.loc[["best", "floor"], "class_accuracy"].between(0, 1).all()
    assert "leak" not in sh(project, "python", "-m", "gan", "data", "describe", "data/packed/images")
    commit(project, "faces")
    strict = settings(prepare_data__images__max_rejected=0.01)
    refused = sh(project, "dvc", "exp", "run", *strict, "evaluate@dcgan", status=255)
    assert "1 of 61 images cannot be used, max_rejected allows 1.0%" in refused
    assert '"0/broken.jpg"' in refused
    assert "Traceback" not in refused
    assert not (project / "data" / "packed" / "images").exists()
    sh(project, "git", "checkout", "-q", "-f", ".")


def test_cyclegan_from_two_folders_at_128_pixels_one_of_them_grey(project: Path, tmp_path: Path) -> None:
    for index in range(20):
        for folder in ("photos", "scans"):
            (tmp_path / "pairs" / folder).mkdir(parents=True, exist_ok=True)
            photo(index + 100, (140, 150)).save(tmp_path / "pairs" / folder / f"{index}.png")
    source = settings(
        prepare_data__domains__source="folder",
        prepare_data__domains__folder=tmp_path / "pairs",
        prepare_data__domains__image_size=128,
        prepare_data__domains__test_count=4,
        prepare_data__domains__channels__b=1,
        train_cyclegan__load_size=132,
        train_cyclegan__crop_size=128,
        train_cyclegan__epochs=1,
        train_cyclegan__decay_epochs=0,
    )
    refused = sh(project, "dvc", "exp", "run", *source, "evaluate@cyclegan", status=255)
    assert "channels a: 3, b: 1: an image of one domain cannot pass through the generator to it unchanged" in refused
    sh(project, "git", "checkout", "-q", "-f", ".")
    identity = settings(train_cyclegan__lambda_identity=0.0)
    output = sh(project, "dvc", "exp", "run", "-n", "scans", *source, *identity, "evaluate@cyclegan")
    assert "dcgan" not in output
    made = (project / "data" / "samples" / "cyclegan" / "best").iterdir()
    shapes = {path.stem: np.load(path).shape for path in made}
    assert shapes == {
        "a2b": (4, 128, 128, 1),
        "b2a": (4, 128, 128, 3),
        "a2b2a": (4, 128, 128, 3),
        "b2a2b": (4, 128, 128, 1),
    }
    with Image.open(project / "reports" / "samples" / "cyclegan_a2b.png") as rows:
        assert rows.mode == "RGB"


def test_pictures_where_a_person_puts_them_are_not_touched(project: Path) -> None:
    """Users put images into `data/images`; DVC deletes the outputs of a stage before it runs the stage."""
    mine = project / "data" / "images"
    mine.mkdir()
    for index in range(60):
        photo(index).save(mine / f"{index}.png")
    before = {path.name: path.read_bytes() for path in mine.iterdir()}
    source = settings(
        prepare_data__images__source="folder",
        prepare_data__images__folder="data/images",
        prepare_data__images__labels="false",
        train_dcgan__conditional="false",
    )
    for _ in range(2):
        sh(project, "dvc", "exp", "run", "-f", *source, "prepare-data@dcgan")
        assert {path.name: path.read_bytes() for path in mine.iterdir()} == before
    assert "data/images" not in sh(project, "git", "status", "--short", "-uall")
    sh(project, "git", "checkout", "-q", "-f", ".")


def test_a_folder_that_changed_is_read_again_after_another(project: Path, tmp_path: Path) -> None:
    """DVC does not watch the folder, and would restore the old set from its run cache."""

    def packed(seed: int) -> str:
        values = tiny.values()["prepare_data"] | {"split_seed": seed}
        values["images"] |= {"source": "folder", "folder": str(tmp_path)}
        tiny.write(project / "params.yaml", prepare_data=values)
        sh(project, "dvc", "repro", "prepare-data@dcgan")
        return str(json.loads((project / "data" / "packed" / "images" / "card.json").read_text())["sha256"]["train"])

    for index in range(60):
        photo(index).save(tmp_path / f"{index}.png")
    first = packed(1)
    packed(2)
    photo(100).save(tmp_path / "0.png")
    photo(101).save(tmp_path / "1.png")
    assert packed(1) != first
    sh(project, "git", "checkout", "-q", "-f", ".")
