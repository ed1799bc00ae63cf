"""What surrounds the work of every stage."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from gan.run.endings import explained
from gan.run.errors import clean_exit
from gan.run.fingerprint import unchanged
from gan.run.runstate import tidy

Params = TypeVar("Params")


@contextmanager
def stage(name: str, load: Callable[[], Params]) -> Iterator[Params]:
    """Load and yield the params; at the end of the block, refuse to finish if an input changed.

    A user's mistake ends the process with one line and status 1.
    """
    with clean_exit(), explained(name):
        params = load()
        with unchanged(name):
            tidy()
            yield params
