"""What surrounds the work of every stage."""

from collections.abc import Iterator
from contextlib import contextmanager

from gan.core.endings import explained
from gan.core.errors import clean_exit
from gan.core.fingerprint import unchanged
from gan.core.params import Params, load
from gan.core.runstate import tidy


@contextmanager
def stage(name: str) -> Iterator[Params]:
    """Check params.yaml first, give it, and watch over the inputs; a user's mistake ends in one line and status 1."""
    with clean_exit(), explained(name):
        params = load()
        with unchanged(name):
            tidy()
            yield params
