"""CelebA from its zip or folder, and the list of its partition."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import official_files
from tests.packing import lines
from tests.preparing import counts, images
from tests.web import Web, running, serve


@pytest.fixture
def web() -> Iterator[Web]:
    with running() as one:
        yield one


@pytest.mark.parametrize("place", ["web", "zip", "folder"])
def test_celeba(workspace: Path, web: Web, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    files = official_files.celeba(monkeypatch)
    home = workspace / "here" / "celeba"
    home.mkdir(parents=True)
    for name, content in files.items():
        if place == "web":
            web.answers[f"/celeba/{name}"] = serve(content)
        else:
            (home / name).write_bytes(content)
    if place == "folder":
        shutil.unpack_archive(home / "img_align_celeba.zip", home)
        (home / "img_align_celeba.zip").unlink()
        (home / "list_eval_partition.txt").unlink()
    found = images(workspace, "celeba", (web.url,), folder="here")
    assert counts(found) == ({"train": 8, "test": 4} if place == "folder" else {"train": 6, "test": 4})
    assert ("own" in found["split"]) == (place != "folder")


def test_a_rejected_face_is_told_once_and_with_its_part(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = workspace / "here"
    home.mkdir()
    files = official_files.celeba(monkeypatch)
    (home / "list_eval_partition.txt").write_bytes(files["list_eval_partition.txt"])
    (home / "img_align_celeba.zip").write_bytes(files["img_align_celeba.zip"])
    shutil.unpack_archive(home / "img_align_celeba.zip", home)
    for name in ("000001.jpg", "000007.jpg", "000012.jpg"):
        (home / "img_align_celeba" / name).unlink()
        (home / "img_align_celeba" / name).symlink_to("nowhere")
    (home / "img_align_celeba" / "more").symlink_to(workspace)
    found = images(workspace, "celeba", folder="here", max_rejected=0.4)
    assert counts(found) == {"train": 5, "test": 3}
    assert found["rejected"] == 4
    names = [name for name, _ in lines(workspace / "data/packed/images" / "rejected.tsv")]
    assert names == ["train/000001.jpg", "train/000007.jpg", "train/more", "test/000012.jpg"]


def test_a_part_without_a_test_set_has_one_cut(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For example a copy of the first thousand faces, which all are training images by the official partition."""
    home = workspace / "here"
    home.mkdir()
    files = official_files.celeba(monkeypatch)
    (home / "list_eval_partition.txt").write_bytes(files["list_eval_partition.txt"].replace(b".jpg 2", b".jpg 0"))
    (home / "img_align_celeba.zip").write_bytes(files["img_align_celeba.zip"])
    assert counts(images(workspace, "celeba", folder="here")) == {"train": 6, "test": 4}
