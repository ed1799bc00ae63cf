"""What `data describe` says about a dataset."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan.commands.data import run
from gan.commands.describe import describe, leaks, shared
from gan.core.images import Uint8
from gan.run.errors import DataError
from tests.tiny import ROOT


def dataset(folder: Path, **sets: Uint8) -> Path:
    """Write a packed dataset of these arrays, whose original images were all 20 pixels wide and 10 high."""
    folder.mkdir(parents=True)
    lines = ["set\tname\twidth\theight\tmode"]
    for name, images in sets.items():
        np.save(folder / f"{name}.npy", images)
        lines += [f'{name}\t"{name}{index}.png"\t20\t10\tL' for index in range(len(images))]
    (folder / "manifest.tsv").write_text("\n".join(lines) + "\n")
    (folder / "card.json").write_text(json.dumps({"source": "test", "sha256": {}, "limit": None, "rejected": 0}))
    return folder


def noise(count: int, seed: int, size: int = 16, channels: int = 1) -> Uint8:
    return np.random.default_rng(seed).integers(0, 256, (count, size, size, channels), np.uint8)


def test_counts_moments_and_originals(tmp_path: Path) -> None:
    images = noise(3000, 0)
    one, two = describe(dataset(tmp_path / "d", test=noise(5, 1), train=images))
    assert (one.name, two.name) == ("train", "test")
    np.testing.assert_allclose(one.mean, images.mean(axis=0))
    assert one.deviation == pytest.approx(images.std())
    assert one.row() == {
        "set": "train",
        "images": 3000,
        "size": "16×16",
        "channels": 1,
        "mean": round(float(images.mean()), 1),
        "deviation": round(float(images.std()), 1),
        "shorter side before": "10",
        "enlarged": 3000,
        "modes before": "L 3000",
        "duplicates": 0,
    }


def test_duplicates_within_a_set_and_across(tmp_path: Path) -> None:
    train, test = noise(10, 0), noise(6, 1)
    train[3] = train[7] = train[1]
    test[2], test[5] = train[4], train[9]
    folder = dataset(tmp_path / "d", train=train, test=test)
    first, second = describe(folder)
    assert (first.row()["duplicates"], second.row()["duplicates"]) == (2, 0)
    assert shared(second, first) == [('"test2.png"', '"train4.png"'), ('"test5.png"', '"train9.png"')]
    assert [(name, other, len(both)) for name, other, both in leaks(describe(folder))] == [("test", "train", 2)]


def test_domains_are_compared_each_with_its_own(tmp_path: Path) -> None:
    a, b = noise(8, 0, channels=3), noise(8, 1)
    found = describe(dataset(tmp_path / "d", trainA=a, testA=noise(4, 2, channels=3), trainB=b, testB=b[:3]))
    assert [one.name for one in found] == ["trainA", "testA", "trainB", "testB"]
    assert [(test, train) for test, train, _ in leaks(found)] == [("testB", "trainB")]


def test_the_command_prints_it_and_draws_a_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    images = noise(100, 0)
    run([dataset(tmp_path / "d", train=images, test=images[:7])], tmp_path / "out")
    printed = capsys.readouterr().out
    assert "leak: 7 images of test are in train too" in printed
    assert '"test0.png" = "train0.png"' in printed
    with Image.open(tmp_path / "out" / "d.png") as sheet:
        assert min(sheet.size) > 300
    with pytest.raises(DataError, match=r"nowhere/card.json is missing"):
        run([tmp_path / "nowhere"], tmp_path / "out")


def test_as_a_user_types_it(tmp_path: Path) -> None:
    def python(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "gan", *arguments]
        env = os.environ | {"PYTHONIOENCODING": "utf-8"} | variables
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, encoding="utf-8", check=False)

    folder = dataset(tmp_path / "d", train=noise(4, 0), test=noise(3, 1))
    done = python("data", "describe", str(folder), "--out", str(tmp_path / "out"))
    assert done.returncode == 0
    assert f"contact sheet: {tmp_path / 'out' / 'd.png'}" in done.stdout
    assert "×" in done.stdout
    plain = python("data", "describe", str(folder), "--out", str(tmp_path / "out"), PYTHONIOENCODING="ascii")
    assert "\\xd7" in plain.stdout  # a terminal without ×
    missing = python("data", "describe", str(tmp_path / "nowhere"))
    assert missing.returncode == 1
    assert missing.stderr.startswith("error: ")
    assert len(missing.stderr.splitlines()) == 1
    assert "example:" in python("data", "describe", "--help").stdout
