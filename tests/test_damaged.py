"""A file that is missing, cut short, empty, foreign or a folder is told in one sentence by whoever reads it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gan.artifacts import checkpoint
from gan.core.arrays import map_array
from gan.records.cards import read_card
from gan.records.tables import read_table
from gan.report.figures import overview
from gan.run.errors import CheckpointError, DataError
from gan.run.paths import CARD

Damage = Callable[[Path], Any]


def into_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Damage] = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "of bytes": lambda path: path.write_bytes(b"\xff\x00PK\x03\x04" * 20),
    "a zip": lambda path: path.write_bytes(b"PK\x03\x04 and no more"),
    "a folder": into_a_folder,
}


def array(folder: Path) -> Callable[[], object]:
    np.save(folder / "a.npy", np.zeros((3, 2, 2, 1), np.uint8))
    return lambda: map_array(folder / "a.npy", np.uint8, 4, "sample")


def card(folder: Path) -> Callable[[], object]:
    (folder / CARD).write_text(json.dumps({"sha256": {"train": "0"}, "source": "none"}))
    return lambda: read_card(folder, {"sha256": dict}, "prepare-data")


def table(folder: Path) -> Callable[[], object]:
    (folder / "a.csv").write_text("step,loss\n" + "1,0.5\n" * 9)
    return lambda: read_table(folder / "a.csv", ["step", "loss"], "evaluate", ["step", "loss"])


def picture(folder: Path) -> Callable[[], object]:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    Image.fromarray(noise).save(folder / "a_b.png")
    return lambda: overview({"a": [folder / "a_b.png"]}, folder / "overview.jpg")


def weights(folder: Path) -> Callable[[], object]:
    import torch

    path = folder / "a.safetensors"
    checkpoint.write(path, checkpoint.Checkpoint({"g.weight": torch.zeros(3)}, {"step": 1}))
    return lambda: checkpoint.read(path)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("made", [array, card, table, picture, weights])
def test_each_reader_tells_each_damage(
    made: Callable[[Path], Callable[[], object]], damage: str, tmp_path: Path
) -> None:
    read = made(tmp_path)
    read()
    (path,) = (one for one in tmp_path.iterdir() if one.suffix != ".jpg")
    DAMAGES[damage](path)
    if made is table and damage == "cut short":
        return  # a table that ends after a whole number cannot be told from a short one
    with pytest.raises((DataError, CheckpointError), match=path.name) as caught:
        read()
    assert "`dvc " in str(caught.value), "it says what to do"


@pytest.mark.parametrize("text", ["[]", "{}", '{"sha256": []}', '{"sha256": null}', "5"])
def test_a_card_of_another_kind(text: str, tmp_path: Path) -> None:
    (tmp_path / CARD).write_text(text)
    with pytest.raises(DataError, match="lacks sha256"):
        read_card(tmp_path, {"sha256": dict}, "prepare-data")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("step,fid\n", "has no row"),
        ("step\n1\n", "has no column fid"),
        ("step,fid\n1,many\n", "no table of this program"),
    ],
)
def test_a_table_of_another_kind(text: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(DataError, match=reason):
        read_table(tmp_path / "a.csv", ["step", "fid"], "evaluate", ["fid"])
