"""`python -m gan app`: its server against what its page never sends, and what the command tells before it serves."""

import http.client
import io
import shutil
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

import gan
from gan.artifacts.checkpoint import Checkpoint
from gan.commands.app import chosen
from gan.commands.app.models import KEPT, Models, Place
from gan.commands.app.server import Limits, Server
from gan.dcgan.sampling import load
from gan.dcgan.use import axes
from gan.run.errors import GanError
from tests.bad_files import photo
from tests.project import begin, end_all, printed, wait_until
from tests.test_app import DIGITS, MAPS, SEVENS, folder
from tests.test_use_revisions import project
from tests.tiny import ROOT
from tests.trained import dcgan, saved

__all__ = ["folder", "project"]  # fixtures


@pytest.fixture
def served(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server in this process, that takes small files only."""
    monkeypatch.chdir(folder)
    with Server("localhost", 0, Models([MAPS, DIGITS, SEVENS], "cpu"), Limits(1.0, 0.01)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def answer(server: Server, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
    """The status, and what is told."""
    connection = http.client.HTTPConnection("localhost", server.server_address[1], timeout=20)
    connection.request("GET" if body is None else "POST", path, body, headers)
    found = connection.getresponse()
    assert "default-src 'none'" in found.headers["Content-Security-Policy"]
    assert found.headers["Cache-Control"] == "no-store"
    told = found.read()
    return found.status, told.decode() if found.headers.get_content_type() == "text/plain" else ""


def test_strangers_and_nonsense_are_refused(served: Server, folder: Path) -> None:
    walk, content = "/walk?source=1&from=1&to=2&share=0.5&label=0", (folder / "coast.png").read_bytes()
    here = f"localhost:{served.server_address[1]}"
    assert answer(served, walk) == (200, "")
    assert answer(served, walk, Host=here, Origin=f"http://{here}") == (200, "")
    for stranger in ("evil.example:80", "evil.example", "localhost.evil.example:80", ""):
        assert answer(served, walk, Host=stranger)[0] == 403
    assert answer(served, walk, Origin="http://evil.example") == (403, "only this page may ask")
    fetched = "Sec-Fetch-Site"  # a browser tells no Origin of a picture that another site's page asks for
    for site, status in {"same-origin": 200, "none": 200, "same-site": 403, "cross-site": 403}.items():
        assert answer(served, walk, None, **{fetched: site})[0] == status
    assert answer(served, "/", None, **{fetched: "cross-site"}) == (200, ""), "a link"
    translate = "/translate?source=0&direction=a2b"
    for path, body, status, told in [
        (translate, content, 200, ""),
        (translate.replace("a2b", "b2c"), content, 422, f"direction b2c: {MAPS} (cyclegan, step 3) knows a2b and b2a"),
        (translate.replace("=0", "=1"), content, 422, f"{DIGITS} (dcgan, step 3) makes images from noise"),
        (translate, bytes(10_001), 413, "the file has 0.0 MB, max_megabytes allows 0.01"),
        (translate[:19], content, 400, "direction is missing"),
        (walk.replace("=1", "=0", 1), None, 422, f"{MAPS} (cyclegan, step 3) translates images, and has no latents"),
        (walk.replace("=1", "=3", 1), None, 400, "source 3: it must be a whole number from 0 to 2"),
        (walk.replace("=1", "=2", 1), None, 200, ""),
        (walk.replace("=1", "=2", 1).replace("label=0", "label=3"), None, 422, "class 3: b/dcgan.safetensors (dcgan, "),
        (walk.replace("m=1", "m=-1"), None, 400, "from -1: it must be a whole number"),
        (walk.replace("0.5", "nan"), None, 400, "share nan: it must be a number from 0 to 1"),
        (walk + "&move=1e9", None, 400, "move 1e9: it must be a number from -10 to 10"),
        ("/../pyproject.toml", None, 404, "/../pyproject.toml is not here"),
        ("/walk", b"", 404, "/walk is not here"),
    ]:
        found = answer(served, path, body)
        assert found[0] == status, path
        assert found[1].startswith(told), path
    assert answer(served, translate, content, **{"Content-Length": "9" * 5000})[0] == 411


def test_a_client_that_goes_before_its_picture_has_come_is_no_error(
    served: Server, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = b"POST /translate?source=0&direction=a2b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nhalf"
    for part in (request, request[:9]):
        with socket.create_connection(("localhost", served.server_address[1])) as client:
            client.sendall(part)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, as of a cancel
    assert answer(served, "/")[0] == 200
    for thread in threading.enumerate():
        if "process_request" in thread.name:
            thread.join(20)
    assert capsys.readouterr().err == ""


def test_it_ends_well_while_it_translates(folder: Path, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "temporary").mkdir()
    large = io.BytesIO()
    photo(0, (4000, 3000)).save(large, "PNG")
    command = [sys.executable, "-m", "gan", "app", str(folder / MAPS), "--port", "0"]
    process = begin(tmp_path, *command, PYTHONPATH=str(ROOT), TMPDIR=str(tmp_path / "temporary"))
    try:
        wait_until(lambda: "Ctrl-C ends it" in printed(tmp_path), process)
        with socket.create_connection(("localhost", int(printed(tmp_path).split()[0].rpartition(":")[2]))) as asked:
            host = f"Host: localhost\r\nContent-Length: {len(large.getvalue())}"
            asked.sendall(f"POST /translate?source=0&direction=a2b HTTP/1.0\r\n{host}\r\n\r\n".encode())
            asked.sendall(large.getvalue())
            wait_until(lambda: any((tmp_path / "temporary").iterdir()), process)  # it is being decoded
            wait_until(lambda: not any((tmp_path / "temporary").iterdir()), process)
            time.sleep(0.5)  # then the network is at work; earlier, nothing could go wrong
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
    finally:
        end_all()
    assert len(printed(tmp_path).splitlines()) == 1


def test_few_models_are_kept_and_the_last_used_stay(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    copies = [f"b/{number}.safetensors" for number in range(KEPT)]
    for copy in copies:
        Path(copy).write_bytes(Path(MAPS).read_bytes())
    models = Models([MAPS, *copies], "cpu")
    kept = models.translator(MAPS)
    for copy in copies[:-1]:
        models.translator(copy)
    assert models.translator(MAPS) is kept
    models.translator(copies[-1])
    assert models.translator(MAPS) is kept
    assert len(models.kept) == KEPT


def test_the_command_tells_what_is_missing_before_it_serves(workspace: Path) -> None:
    (workspace / "empty.safetensors").touch()
    saved(Checkpoint({}, {"model": "dcgan"}), workspace).rename("old.safetensors")
    saved(dcgan(), workspace)
    for sources, reason in [
        ([], "workspace is no file, and there is no project here"),
        (["wide"], "wide is no file, and there is no project here"),
        ([DIGITS, "lost.safetensors"], r"lost\.safetensors is missing"),
        (["empty.safetensors"], r"empty\.safetensors is damaged"),
        (["old.safetensors"], r"old\.safetensors is of dcgan, and does not fit the model here"),
    ]:
        with pytest.raises(GanError, match=reason):
            chosen(sources, "cpu")
    models = chosen([DIGITS, DIGITS], "cpu")
    assert models.sources == [DIGITS]
    with Server("localhost", 0, models, Limits(1, 1)) as server:
        port = server.server_address[1]
        with pytest.raises(GanError, match=f"http://localhost:{port} cannot be served .*; --port chooses another"):
            Server("localhost", port, models, Limits(1, 1))


def test_without_a_name_the_workspace_and_all_experiments_are_offered(project: Path) -> None:
    """The workspace's checkpoints come from DVC's cache."""
    models = chosen([], "cpu")
    assert models.sources == ["workspace", "slow"]
    for source, seed in {"workspace": 0, "slow": 1}.items():
        images = gan.load(saved(dcgan(seed=seed), project / ".git")).sample(1, seed=4)
        np.testing.assert_array_equal(models.walked(source, Place(4, 5, 0.0, (), 0)), images[0])
        assert models.translator(source).model == "cyclegan"
    shutil.rmtree(project / ".dvc" / "cache")
    with pytest.raises(GanError, match="neither in DVC's cache nor in a remote"):
        chosen(["slow"], "cpu")


@pytest.mark.parametrize("name", [DIGITS, SEVENS])
def test_axes_are_orthonormal_and_the_first_layer_changes_most_along_the_first(folder: Path, name: str) -> None:
    model = gan.load(folder / name)
    found = axes(load(model.checkpoint))
    torch.testing.assert_close(found @ found.T, torch.eye(6), rtol=0, atol=1e-5)
    change = (found @ model.checkpoint.network("generator")["1.weight"].flatten(1)).norm(dim=1)
    assert (change.diff() <= 1e-4).all()
    assert change[0] > 1.2 * change[-1]
    for seed in (0, 7):
        np.testing.assert_array_equal(model.image(model.space.between(seed, 3, 0.0)), model.sample(1, seed=seed)[0])
        np.testing.assert_array_equal(model.image(model.space.between(3, seed, 1.0)), model.sample(1, seed=seed)[0])
        assert torch.equal(model.space.between(seed, seed, 0.5), model.space.between(seed, 3, 0.0))
