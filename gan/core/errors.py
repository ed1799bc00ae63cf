"""Errors that a user can mend: one sentence with the value and the fix, no stack trace."""

import errno
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# What the operating system says when a user must act; any other OSError is a bug and keeps its trace.
USERS_TO_MEND = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS}


MEND = "mend it and run the same command again: what was saved before is whole"


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


class CollapseError(GanError):
    """Training went wrong in a way that it does not come back from, and params ask to stop then."""


class Interrupted(GanError):
    """A signal asked the run to stop; its state is saved."""


@contextmanager
def clean_exit() -> Iterator[None]:
    """Turn user errors, full disks and folders that may not be written into one line on stderr and exit status 1.

    Every stage and command wraps its main in it, so that DVC sees a failure and a user no trace. SIGTERM ends like
    Ctrl-C.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except GanError as error:
        _leave(str(error))
    except OSError as error:
        if error.errno not in USERS_TO_MEND and not _is_short_write(error):
            raise
        _leave(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}; {MEND}")
    except KeyboardInterrupt:
        _leave("interrupted; the same command starts again")
    finally:
        signal.signal(signal.SIGTERM, before)


def _is_short_write(error: OSError) -> bool:
    """NumPy's error on a full disk has no number: `30000 requested and 8192 written`."""
    return error.errno is None and "requested and" in str(error)


def _leave(message: str) -> None:
    print(f"error: {message}", file=sys.stderr, flush=True)
    sys.exit(1)
