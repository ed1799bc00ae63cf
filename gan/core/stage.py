"""The context in which every stage works."""

from collections.abc import Iterator
from contextlib import contextmanager

from gan.core.endings import explained
from gan.core.errors import clean_exit
from gan.core.fingerprint import unchanged
from gan.core.params import Params, load
from gan.core.runstate import tidy


@contextmanager
def stage(name: str) -> Iterator[Params]:
    """Check and yield params.yaml; at the end, check that no input changed.

    A user's mistake ends in one line and status 1.
    """
    with clean_exit(), explained(name):
        params = load()
        with unchanged(name):
            tidy()
            yield params
