"""`python -m gan app --host`: by which names the page may be asked for."""

import socket
import threading
from collections.abc import Iterator

import pytest

from gan.commands.app.models import Models
from gan.commands.app.server import Limits, Server
from tests.test_app_server import answer

EVERYWHERE = "0.0.0.0"  # noqa: S104 - for the length of a test, with no model behind it


@pytest.fixture(params=["localhost", EVERYWHERE])
def served(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server without models, for this machine or for all."""
    with Server(request.param, 0, Models([], "cpu"), Limits(1.0, 1.0)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_name_that_a_stranger_may_have_pointed_here_is_refused(served: Server) -> None:
    """A page of evil.example could otherwise read, in a visitor's browser, what only the visitor's network reaches."""
    for name in ("localhost", "127.0.0.1"):
        assert answer(served, "/models", Host=f"{name}:7860")[0] == 200
    opened = 200 if served.host == EVERYWHERE else 403
    own = socket.gethostname()
    for name in ("192.168.1.5", "192.168.1.5:80", own, own.upper(), f"{own}:7860", f"{own.partition('.')[0]}.local"):
        assert answer(served, "/models", Host=name)[0] == opened, name
    for name in ("evil.example:80", "127.0.0.1.evil.example", f"{own}.evil.example", "localhost.evil.example", ""):
        status, told = answer(served, "/models", Host=name)
        assert (status, told.partition(";")[0]) == (403, f"{name} is not the address of this page"), name


def test_the_name_that_the_command_was_given_is_known() -> None:
    with Server("127.0.0.1", 0, Models([], "cpu"), Limits(1.0, 1.0)) as server:
        server.host = "Gan.Example"  # as if this machine were called so
        assert server.is_called("gan.example")
        assert not server.is_called("an.example")
