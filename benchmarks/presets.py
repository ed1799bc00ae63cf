"""The params of a preset, as `dvc exp run $(cat presets/<name>)` makes them."""

import shutil
import tempfile
from pathlib import Path

from gan.params.schema import Params, load
from gan.run.paths import PARAMS

ROOT = Path(__file__).parents[1]


def settings(name: str) -> list[str]:
    """The overrides that DVC gets of `$(cat presets/<name>)`."""
    return (ROOT / "presets" / name).read_text(encoding="utf-8").split()[1::2]


def with_preset(*names: str) -> Params:
    """This project's params with these presets, the last one last."""
    from dvc.utils.hydra import apply_overrides  # takes a second

    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(ROOT / PARAMS, folder))
        apply_overrides(path, [one for name in names for one in settings(name)])
        return load(path)
