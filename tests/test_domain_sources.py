"""Every source of two domains, up to packed sets."""

import shutil
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from gan.datasets import cyclegan_sets
from tests.packing import lines
from tests.preparing import counts, domains, of_four, paper_set
from tests.web import Web, running, serve


@pytest.fixture
def web() -> Iterator[Web]:
    with running() as one:
        yield one


@pytest.mark.parametrize(("source", "aligned"), [("horse2zebra", False), ("maps", True)])
@pytest.mark.parametrize("place", ["web", "zip", "folder"])
def test_the_papers_sets(
    workspace: Path, web: Web, monkeypatch: pytest.MonkeyPatch, source: str, aligned: bool, place: str
) -> None:
    content = paper_set(of_four(6))
    digest = sha256(content).hexdigest()
    monkeypatch.setitem(cyclegan_sets.SOURCES, source, cyclegan_sets.Published(digest, aligned))
    (workspace / "here").mkdir()
    web.answers[f"/{source}/{source}.zip"] = serve(content)
    if place != "web":
        web.answers.clear()
        (workspace / "here" / f"{source}.zip").write_bytes(content)
    if place == "folder":
        with zipfile.ZipFile(workspace / "here" / f"{source}.zip") as archive:
            archive.extractall(workspace)
        shutil.move(workspace / "set", workspace / "here" / source)
        (workspace / "here" / f"{source}.zip").unlink()
    found = domains(workspace, source, (web.url,), folder="here")
    assert counts(found) == {"testA": 6, "testB": 6, "trainA": 6, "trainB": 6}
    assert found["aligned"] is aligned


def test_domains_of_other_channels_and_no_more_than_the_limit(workspace: Path) -> None:
    with zipfile.ZipFile(workspace / "own.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    (workspace / "own.zip").write_bytes(paper_set(of_four(9)))
    found = domains(workspace, "folder", folder="own.zip", channels={"a": 3, "b": 1}, limit=5, aligned=True)
    assert found["sets"]["trainA"] == {"count": 5, "shape": [32, 32, 3]}
    assert found["sets"]["trainB"] == {"count": 5, "shape": [32, 32, 1]}
    assert found["preprocessing"]["B"].count("greyscale") == 1


def test_an_aligned_pair_is_lost_together(workspace: Path) -> None:
    (workspace / "own.zip").write_bytes(paper_set(of_four(9)))
    shutil.unpack_archive(workspace / "own.zip", workspace)
    (workspace / "set" / "testB" / "4_B.jpg").write_bytes(b"broken")
    found = domains(workspace, "folder", folder="set", aligned=True, max_rejected=0.1)
    assert counts(found) == {"testA": 8, "testB": 8, "trainA": 9, "trainB": 9}
    names = lines(workspace / "data/packed/domains" / "manifest.tsv")
    pairs = [[cells[1][0] for cells in names if cells[0] == f"test{domain}"] for domain in "AB"]
    assert pairs[0] == pairs[1] == list("01235678")
