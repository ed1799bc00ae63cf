"""Find a checkpoint: a file, or what DVC recorded at a revision, which comes from its cache or its remote."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

from gan.artifacts.checkpoint import Checkpoint, path_of, read
from gan.params.schema import Params
from gan.run.errors import CheckpointError, GanError
from gan.run.paths import CHECKPOINTS
from gan.sampling.use import Use, use_of
from gan.use.recorded import Recorded
from gan.use.trained import Trained

BEST = "best"
SUFFIX = ".safetensors"
Able = Callable[[Use], object]  # whether what a model does is what is wanted


def load(source: str | Path, model: str | None, checkpoint: str | None, accelerator: str, precision: str) -> Trained:
    """What `gan.load` documents."""
    for name, value in {"accelerator": accelerator, "precision": precision}.items():
        if value not in (known := get_args(Params.model_fields[name].annotation)):
            raise GanError(f"{name} {value}: choose one of {', '.join(known)}")
    return Trained(checkpoint_of(source, model, checkpoint), accelerator, precision)


def load_able(source: str | Path, model: str | None, checkpoint: str | None, accelerator: str, able: Able) -> Trained:
    """As `load`; where the source has checkpoints of several models, only those that are able count."""
    return Trained(checkpoint_of(source, model, checkpoint, able), accelerator, "auto")


def checkpoint_of(
    source: str | Path, model: str | None, name: str | None = None, able: Able = lambda _: True
) -> Checkpoint:
    """The checkpoint of a file or of a revision, as `load` and `load_able` find it; raises as `gan.load`."""
    path = file_of(source)
    if path is None:
        return _of_revision(str(source), model, name or BEST, able)
    if name:
        raise GanError(f"checkpoint {name}: {source} is one file; leave it out, or give a revision")
    try:
        found = read(path)
    except CheckpointError as error:
        if path.suffix == SUFFIX or not path.is_file():
            raise
        raise CheckpointError(
            f"{source} is no checkpoint of this program; `python -m gan import` makes one of the public CycleGAN's .pth"
        ) from error
    if model not in (None, found.meta.get("model")):
        raise CheckpointError(f"{source} is of {found.meta.get('model')}, not of {model}")
    return found


def file_of(source: str | Path) -> Path | None:
    """The path of a source that is a file, whether or not it is there; None if it is a revision."""
    path = Path(source).expanduser() if str(source).startswith("~") else Path(source)
    return path if isinstance(source, Path) or path.suffix == SUFFIX or path.is_file() else None


def _of_revision(revision: str, model: str | None, name: str, able: Able) -> Checkpoint:
    """A checkpoint that DVC knows at a revision; the workspace and its data stay as they are.

    Raises:
        GanError: there is no project here, no such revision, no such checkpoint, or several, or its file is lost.
    """
    from dvc.exceptions import DvcException  # imported here, as a file needs no DVC
    from dvc_data.index import DataIndexDirError

    with tempfile.TemporaryDirectory(prefix="gan-load-") as folder:
        local = Path(folder) / f"{name}{SUFFIX}"
        try:
            files = Recorded(revision)
            path = path_of(model or _only(revision, name, files, able), name)
            if not files.exists(path):
                raise CheckpointError(f"{revision} has no {path}; there are {_listed(_names(files, path.parent))}")
            files.copy(path, local)
        except DvcException as error:
            raise GanError(_sentence(revision, error)) from error
        except (FileNotFoundError, DataIndexDirError) as error:
            raise CheckpointError(
                f"the checkpoints of {revision} are neither in DVC's cache nor in a remote; `dvc push` where they were "
                "made brings them into one"
            ) from error
        try:
            return replace(read(local), path=path)
        except CheckpointError as error:
            raise CheckpointError(str(error).replace(str(local), path.as_posix())) from error


def _only(revision: str, name: str, files: Recorded, able: Able) -> str:
    """The only model that is able and has such a checkpoint; the only one that is able, if none has it."""
    models = [model for model in files.names(CHECKPOINTS) if _names(files, CHECKPOINTS / model)]
    found = [model for model in models if _is_able(model, able)]
    found = [model for model in found if name in _names(files, CHECKPOINTS / model)] or found
    if len(found) == 1:
        return found[0]
    if found:
        raise GanError(f"{revision} has checkpoints of {' and '.join(found)}; choose a model, such as {found[0]}")
    raise CheckpointError(f"{revision} has no checkpoint that can do this; there are those of {_listed(models)}")


def _is_able(model: str, able: Able) -> bool:
    try:
        return bool(able(use_of(model)))
    except CheckpointError:  # this program does not have it, or it has nothing for those who use it
        return False


def _names(files: Recorded, folder: Path) -> list[str]:
    """The names of a model's checkpoints, sorted."""
    found = files.names(folder) + files.names(path_of(folder.name, "step-").parent)
    return sorted(Path(one).stem for one in found if one.endswith(SUFFIX))


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"


def _sentence(revision: str, error: Exception) -> str:
    from dvc.exceptions import NotDvcRepoError
    from dvc.scm import RevError, SCMError

    if isinstance(error, RevError):
        return f"{revision} is no file, no revision and no experiment ({error}); `dvc exp list --all` names experiments"
    if isinstance(error, NotDvcRepoError | SCMError):
        return f"{revision} is no file, and there is no project here; run this in its folder, or give a {SUFFIX} file"
    return f"{revision}: {error}"
