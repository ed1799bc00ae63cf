"""`python -m gan verify` on real runs: one that its commit reproduces, and one that it does not."""

from pathlib import Path

import pytest

from tests.project import commit, sh

pytestmark = pytest.mark.usefixtures("_back_to_start")


def test_what_was_recorded_is_verified_to_the_bit(trained: Path) -> None:
    output = sh(trained, "python", "-m", "gan", "verify", "dcgan")
    assert "step-0000010: the same bits" in output
    assert "bit-identical: 6 files" in output
    assert "note:" not in output


def test_a_record_that_its_commit_does_not_make_is_found_out(trained: Path) -> None:
    """New params were committed without a `dvc repro`."""
    path = trained / "params.yaml"
    path.write_text(path.read_text().replace("lr: 0.0008", "lr: 0.0003"))
    commit(trained, "forgot to reproduce")
    try:
        output = sh(trained, "python", "-m", "gan", "verify", "dcgan", status=1)
    finally:
        sh(trained, "git", "reset", "-q", "--hard", "HEAD~1")
    assert "note: the card was made from other inputs: params.yaml: lr" in output
    assert "different from step-0000010 on" in output
    assert "losses differ first in the row of step 5: " in output
    assert "error: train-dcgan at HEAD was not reproduced" in output
