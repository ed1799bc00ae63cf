"""Where ranks that were started by hand meet: what can never be is refused in one line, before torch waits for it."""

import socket
import sys
from pathlib import Path

import pytest

from gan.run import meeting
from gan.run.errors import ParamsError
from gan.run.meeting import refuse_no_place
from gan.run.names import LED
from tests import tiny
from tests.project import sh
from tests.servers import free_port
from tests.tiny import ROOT


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting, "PATIENCE", 0.0)


def told(monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
    """Be the first of two ranks that meet on this machine, with these changes."""
    for name in (meeting.INTERFACE, meeting.AGENT, LED):
        monkeypatch.delenv(name, raising=False)
    right = {"RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    for name, value in (right | changes).items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("port", ["abc", "29 500", "-1", "0", "65536"])
def test_what_is_no_port_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, RANK="1", MASTER_PORT=port)
    with pytest.raises(ParamsError, match=rf"MASTER_PORT is '{port}', not a number from 1 to 65535"):
        refuse_no_place()


@pytest.mark.parametrize("rank", ["0", "1"])
def test_a_name_that_nobody_knows_is_refused(rank: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, RANK=rank, MASTER_ADDR="no-such-machine.invalid")
    with pytest.raises(ParamsError, match=r"MASTER_ADDR is 'no-such-machine.invalid', which is unknown"):
        refuse_no_place()


def test_the_first_rank_waits_on_its_own_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one may well go to where it cannot listen itself; so may the first, where torchrun does the waiting."""
    told(monkeypatch, MASTER_ADDR="192.0.2.1")  # of no machine, by RFC 5737
    with pytest.raises(ParamsError, match=r"MASTER_ADDR is '192.0.2.1', no address of this machine, where rank 0 runs"):
        refuse_no_place()
    told(monkeypatch, MASTER_ADDR="192.0.2.1", RANK="1")
    refuse_no_place()
    told(monkeypatch, MASTER_ADDR="192.0.2.1", TORCHELASTIC_USE_AGENT_STORE="True")
    refuse_no_place()


def test_a_port_that_is_in_use_is_refused_to_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        told(monkeypatch, MASTER_PORT=port, RANK="1")
        refuse_no_place()
        told(monkeypatch, MASTER_PORT=port)
        with pytest.raises(ParamsError, match=rf"MASTER_PORT is {port}, but rank 0 cannot wait there \(Address"):
            refuse_no_place()


def test_an_interface_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, GLOO_SOCKET_IFNAME="none7")
    with pytest.raises(ParamsError, match=r"GLOO_SOCKET_IFNAME is 'none7', but this machine has .*lo"):
        refuse_no_place()


@pytest.mark.parametrize(
    "changes", [{}, {"WORLD_SIZE": "1", "MASTER_PORT": "x"}, {"MASTER_ADDR": ""}, {"GAN_LED": "1", "MASTER_PORT": "x"}]
)
def test_what_is_right_or_not_asked_for_passes(changes: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, **changes)
    refuse_no_place()


def test_a_training_asks_before_it_imports_torch(tmp_path: Path) -> None:
    (tmp_path / "dvc.yaml").write_text("stages: {train-dcgan: {cmd: python -m stages.train_dcgan data}}")
    tiny.write(tmp_path / "params.yaml")
    wrong = {"RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "x", "PYTHONPATH": str(ROOT)}
    said = sh(tmp_path, sys.executable, "-m", "stages.train_dcgan", "data", status=1, **wrong)
    assert said == "error: MASTER_PORT is 'x', not a number from 1 to 65535; give all ranks the same free port\n"
