"""Errors that a user can mend: one sentence with the value and the fix, no stack trace."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class GanError(Exception):
    """Root of every error whose message is meant for the user."""


class ParamsError(GanError):
    """params.yaml holds an unknown key, lacks one, or holds an impossible value."""


class DataError(GanError):
    """A dataset is missing, unreadable or unfit for the model."""


class CheckpointError(GanError):
    """A checkpoint or a recovery state is missing or damaged."""


class InputsChangedError(GanError):
    """Params, code or data of a stage changed while it ran."""


class NonFiniteError(GanError):
    """A loss or a weight became NaN or infinite."""


class Interrupted(GanError):
    """A signal asked the run to stop; its state is saved."""


@contextmanager
def clean_exit() -> Iterator[None]:
    """Turn user errors and full disks into one line on stderr and exit status 1.

    Every stage and command wraps its main in it, so that DVC sees a failure and a user no trace.
    """
    try:
        yield
    except GanError as error:
        _leave(str(error))
    except OSError as error:  # a full disk, a read-only folder: the path is in the message
        _leave(f"{error.strerror or error}: {error.filename or 'no file named'}")
    except KeyboardInterrupt:
        _leave("interrupted")


def _leave(message: str) -> None:
    print(f"error: {message}", file=sys.stderr, flush=True)
    sys.exit(1)
