"""Changes of params as `dvc exp run -S` takes them, read and made as DVC does."""

import json
import tempfile
from pathlib import Path
from typing import Any

from gan.params.schema import checked
from gan.run.errors import ParamsError
from gan.run.paths import PARAMS


def overridden(params: dict[str, Any], changes: tuple[str, ...], place: str) -> dict[str, Any]:
    """The params with these changes, checked.

    Args:
        place: where the changes stand, for error messages.

    Raises:
        ParamsError: DVC refuses a change, it sets the seed or several values, or the params are not valid with it.
    """
    from dvc.exceptions import InvalidArgumentError  # imported here, as it takes a second
    from dvc.utils.hydra import apply_overrides
    from hydra.errors import HydraException

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "params.json"  # not YAML: DVC would take 0.3 s to read it and to write it again
        path.write_text(json.dumps(params), encoding="utf-8")
        try:
            for text in changes:
                change = _read(text)
                if change.is_sweep_override():
                    raise ParamsError(f"{text} has several values; each needs a setting of its own")
                if change.key_or_group == "seed":
                    raise ParamsError(f"{text}: `seeds` says with which seeds every setting is trained")
            apply_overrides(path, [*changes])
            changed: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            checked(changed)
        except (InvalidArgumentError, HydraException) as error:
            raise ParamsError(f"{place}: {str(error.__cause__ or error).splitlines()[0]}") from error
        except ParamsError as error:
            raise ParamsError(f"{place}: {str(error).replace(f'{PARAMS}: ', '')}") from error
    return changed


def _read(text: str) -> Any:
    """A change as DVC reads it.

    Raises:
        ParamsError: it is none.
    """
    from dvc.utils.hydra import to_hydra_overrides  # imported here, as it takes a second
    from hydra.errors import HydraException

    try:
        (change,) = to_hydra_overrides([text])
    except HydraException:
        change = None
    if change is None or not change.key_or_group:
        raise ParamsError(f"{text!r} is no change of a param; write NAME=VALUE, as in lr=1e-4")
    return change
