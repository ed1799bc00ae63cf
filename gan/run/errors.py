"""Errors that a user can fix: one sentence with the value and the fix, no stack trace."""

import errno
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from gan.run.signals import handle

# Errors of the operating system that a user can fix. Any other OSError is a bug and keeps its stack trace.
USERS_TO_MEND = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS}
OF_A_PATH = {errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR}  # that a user gave, or where something else lies
SIGNS_OF_LITTLE_MEMORY = ("can't allocate memory", "not enough memory", "out of memory", "_ALLOC_FAILED", "bad_alloc")

MEND = "mend this and run the same command again; what was saved is intact"


class GanError(Exception):
    """Root of every error whose message is meant for the user."""


class ParamsError(GanError):
    """params.yaml or dvc.yaml is missing, lacks a key, or holds an unknown key or an impossible value."""


class DataError(GanError):
    """A dataset is missing, unreadable or unfit for the model."""


class CheckpointError(GanError):
    """A checkpoint or a recovery state is missing or damaged."""


class ModelError(GanError):
    """A model's package does not give what the stages need of it."""


class InputsChangedError(GanError):
    """Params, code or data of a stage changed while it ran."""


class NonFiniteError(GanError):
    """A loss or a weight became NaN or infinite."""


class CollapseError(GanError):
    """The watchdog found that training failed, and `watch.stop` is true."""


class OutOfMemory(GanError):
    """What the params ask for does not fit into memory."""


class RankError(GanError):
    """A process of a training by several ended, or cannot be reached."""


class Interrupted(GanError):
    """A signal asked the run to stop; the message says what is kept."""


@contextmanager
def clean_exit() -> Iterator[None]:
    """Turn user errors, too little memory, full disks and the like into one line on stderr and exit status 1.

    Every stage and command runs its main inside, so that DVC sees a failure and the user sees no stack trace. SIGTERM
    ends a run as Ctrl-C does. After an interrupt or a lack of memory, `gan/run/endings.py` gives stages a message with
    more detail. Notes that were added to the error of a full disk or the like end its line.
    """
    before = handle(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except GanError as error:
        _leave(str(error))
    except KeyboardInterrupt:
        _leave("interrupted")
    except Exception as error:
        if memory := lacking_memory(error):
            _leave(f"{memory}; free some, or run it where there is more")
        mendable = isinstance(error, OSError) and error.errno in USERS_TO_MEND | OF_A_PATH
        if not isinstance(error, OSError) or not (mendable or _is_short_write(error)):
            raise
        notes = "".join(f", and {note}" for note in getattr(error, "__notes__", ()))
        _leave(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}; {MEND}{notes}")
    finally:
        handle(signal.SIGTERM, before)


def lacking_memory(error: BaseException | None) -> str:
    """A description of the error if memory, of a CPU or a GPU, was too small for Python, NumPy or torch; else empty."""
    text = " ".join(str(error).split())
    told = isinstance(error, RuntimeError) and any(sign in text for sign in SIGNS_OF_LITTLE_MEMORY)
    if not (
        told
        or isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"  # torch's; importing torch here would cost every command seconds
        or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
    ):
        return ""
    kind = "GPU memory" if re.search("CUDA|CUDNN|CUBLAS|HIP", text) else "memory"
    wanted = re.search(r"allocate ([\d.]+ ?([KMGTPE]i?B|bytes))", text)
    return f"out of {kind}{f' ({wanted[1]} more were asked for)' if wanted else ''}"


def _is_short_write(error: OSError) -> bool:
    """Whether it is NumPy's error on a full disk, which has no errno: `30000 requested and 8192 written`."""
    return error.errno is None and "requested and" in str(error)


def _leave(message: str) -> None:
    print(f"error: {message}", file=sys.stderr, flush=True)
    sys.exit(1)
