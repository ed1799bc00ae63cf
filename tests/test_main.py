"""`python -m gan` as a shell meets it."""

import shlex
import subprocess
import sys

from tests.tiny import ROOT


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    """`| head` closes the pipe; `true` has closed it before the first line comes."""
    command = f"{shlex.quote(sys.executable)} -m gan --help | true"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""
