"""Downloads over real HTTP from a server that breaks off, lies, refuses, or serves something else."""

import hashlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gan.run.download import Remote, fetch
from gan.run.errors import DataError
from tests.tiny import ROOT
from tests.web import Answer, Web, first, lie, running, serve, status

CONTENT = np.random.default_rng(0).bytes(3_000_000)
DIGEST = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"


@pytest.fixture
def web() -> Iterator[Web]:
    with running() as one:
        yield one


def remote(web: Web, *paths: str) -> Remote:
    return Remote("set.zip", tuple(web.url + path for path in paths or ("/set.zip",)), DIGEST)


def fetched(web: Web, folder: Path, *paths: str) -> bytes:
    return fetch(remote(web, *paths), folder, backoff=0.0).read_bytes()


def test_a_file_is_downloaded_once(web: Web, tmp_path: Path) -> None:
    web.answers["/set.zip"] = serve(CONTENT)
    assert fetched(web, tmp_path) == CONTENT
    assert fetched(web, tmp_path) == CONTENT
    assert web.log == [("/set.zip", "")]
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".lock") == ["set.zip"]


def test_a_transfer_that_breaks_off_is_continued(web: Web, tmp_path: Path) -> None:
    web.answers["/set.zip"] = serve(CONTENT, most=1_300_000)
    assert fetched(web, tmp_path) == CONTENT
    assert [int(asked.removeprefix("bytes=").rstrip("-") or 0) for _, asked in web.log] == [0, 1_300_000, 2_600_000]


def test_a_server_without_ranges_starts_again(web: Web, tmp_path: Path) -> None:
    web.answers["/set.zip"] = first(1, serve(CONTENT, most=1000, ranges=False), serve(CONTENT, ranges=False))
    assert fetched(web, tmp_path) == CONTENT


@pytest.mark.parametrize(
    "bad",
    [
        status(404),
        status(403),
        serve(CONTENT[:-1] + b"x"),
        serve(CONTENT + b"more"),
        serve(b"<html>quota exceeded</html>", "text/html; charset=utf-8"),
        lie(CONTENT[:5000], 4000),
        lie(CONTENT[:5000], 10_000_000),
        serve(b""),
    ],
    ids=["404", "403", "other bytes", "longer", "a page", "lies shorter", "lies longer", "nothing"],
)
def test_the_next_mirror_is_tried_where_one_fails(web: Web, tmp_path: Path, bad: Answer) -> None:
    web.answers |= {"/one/set.zip": bad, "/two/set.zip": serve(CONTENT)}
    assert fetched(web, tmp_path, "/one/set.zip", "/two/set.zip") == CONTENT


def test_what_a_lying_mirror_left_does_not_spoil_the_next(web: Web, tmp_path: Path) -> None:
    web.answers |= {"/one/set.zip": lie(b"x" * 5000, 10_000_000), "/two/set.zip": serve(CONTENT)}
    assert fetched(web, tmp_path, "/one/set.zip", "/two/set.zip") == CONTENT


@pytest.mark.parametrize("length", [10, len(CONTENT), len(CONTENT) + 10], ids=["shorter", "as long", "longer"])
def test_a_part_of_another_file_of_the_same_name_is_given_up(web: Web, tmp_path: Path, length: int) -> None:
    """The part of a file may stay behind when the file is published anew, or when a mirror served another one."""
    (tmp_path / "set.zip.part").write_bytes(b"x" * length)
    web.answers["/set.zip"] = serve(CONTENT)
    assert fetched(web, tmp_path) == CONTENT
    assert not (tmp_path / "set.zip.part").exists()


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(web: Web, tmp_path: Path, code: int) -> None:
    web.answers["/set.zip"] = first(2, status(code), serve(CONTENT))
    assert fetched(web, tmp_path) == CONTENT
    assert len(web.log) == 3


def test_a_server_that_names_a_time_is_obeyed(web: Web, tmp_path: Path) -> None:
    web.answers["/set.zip"] = first(1, status(429, Retry_After="1"), serve(CONTENT))
    began = time.monotonic()
    fetched(web, tmp_path)
    assert time.monotonic() - began >= 1.0


def test_where_all_fail_each_is_named_with_its_reason_and_the_way_out(web: Web, tmp_path: Path) -> None:
    web.answers |= {
        "/busy": status(503),
        "/page": serve(b"<html>", "text/html"),
        "/wrong": serve(b"wrong"),
    }
    with pytest.raises(DataError) as caught:
        fetched(web, tmp_path, "/missing", "/busy", "/page", "/wrong")
    lines = str(caught.value).splitlines()
    assert lines[0] == "set.zip could not be downloaded."
    for line, path, reason in zip(
        lines[1:5],
        ("/missing", "/busy", "/page", "/wrong"),
        ("404 Not Found", "503 Service Unavailable", "a web page", "its content is not the file's"),
        strict=True,
    ):
        assert line.startswith(f"  {web.url}{path}: ")
        assert reason in line
    assert f"put it at {tmp_path / 'set.zip'}" in lines[-1]
    assert not (tmp_path / "set.zip").exists()


def test_no_server_at_all(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"127.0.0.1:9/set.zip: .*refused"):
        fetch(Remote("set.zip", ("http://127.0.0.1:9/set.zip",), DIGEST), tmp_path, backoff=0.0)


def test_a_file_put_there_by_hand_is_taken_if_it_is_the_one(web: Web, tmp_path: Path) -> None:
    (tmp_path / "set.zip").write_bytes(CONTENT)
    assert fetched(web, tmp_path) == CONTENT
    assert not web.log
    (tmp_path / "set.zip").write_bytes(b"something else")
    with pytest.raises(DataError, match=r"set.zip is not the file it should be .*delete it"):
        fetched(web, tmp_path)


def test_killed_while_downloading_it_goes_on(web: Web, tmp_path: Path) -> None:
    web.answers["/set.zip"] = trickle(CONTENT)
    command = f"""
from pathlib import Path
from gan.run.download import Remote, fetch
fetch(Remote("set.zip", ("{web.url}/set.zip",), "{DIGEST}"), Path("{tmp_path}"))
"""
    run = subprocess.Popen([sys.executable, "-c", command], cwd=ROOT, stderr=subprocess.DEVNULL)
    part = tmp_path / "set.zip.part"
    while not part.exists() or part.stat().st_size < 1 << 20:
        assert run.poll() is None
        time.sleep(0.005)
    run.send_signal(signal.SIGKILL)
    run.wait()
    have = part.stat().st_size
    assert have < len(CONTENT)
    web.answers["/set.zip"] = serve(CONTENT)
    assert fetched(web, tmp_path) == CONTENT
    assert web.log[-1] == ("/set.zip", f"bytes={have}-")


def trickle(content: bytes) -> Answer:
    """The content, slower and slower, so that a test can stop it half way."""
    from tests.web import Handler

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        try:
            for start in range(0, len(content), 1 << 20):
                handler.wfile.write(content[start : start + (1 << 20)])
                time.sleep(0.3)
        except OSError:
            handler.close_connection = True

    return answer
