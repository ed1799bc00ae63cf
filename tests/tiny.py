"""The pipeline's params, made as small as possible for tests that run it."""

from pathlib import Path
from typing import Any

import yaml

from gan.params.schema import Params
from gan.run.yaml12 import read_yaml

ROOT = Path(__file__).parents[1]

NO_PENALTY = {"r1": 0.0, "r2": 0.0, "gradient": 0.0, "every": 1}
OVERRIDES: dict[str, dict[str, Any]] = {
    "prepare_data.images": {"limit": 120, "test_count": 40},
    "prepare_data.images.earth": {"map_width": 900, "train_count": 60, "test_count": 24},
    "prepare_data.domains": {"image_size": 32},
    "prepare_data.domains.earth": {"map_width": 900, "train_count": 60, "test_count": 24},
    "train_dcgan": {"epochs": 4, "decay_epochs": 0, "batch_size": 16, "preview_every_epochs": 2.0, "log_every": 5},
    "train_dcgan.generator": {"width": 8},
    "train_dcgan.discriminator": {"width": 8},
    "train_dcgan.snapshots": {"count": 2},
    "train_dcgan.watch": {"every_steps": 8},
    "train_cyclegan": {"epochs": 1, "decay_epochs": 1, "load_size": 36, "crop_size": 32, "pool_size": 4},
    "train_cyclegan.generator": {"width": 4, "blocks": 1},
    "train_cyclegan.discriminator": {"width": 4, "layers": 1},
    "train_cyclegan.snapshots": {"count": 2},
    "train_cyclegan.watch": {"every_steps": 40},
    "select.dcgan": {"images": 12},
    "select.cyclegan": {"images": 12},
    "sample.dcgan": {"count": 40, "columns": 4, "interpolations": 2},
    "sample.cyclegan": {"columns": 4},
    "evaluate": {"kid_subsets": 4, "kid_subset_size": 20, "fid_resamples": 3},
}


def values() -> dict[str, Any]:
    """The values of this project's params.yaml, with every size reduced."""
    params: dict[str, Any] = read_yaml((ROOT / "params.yaml").read_text())
    for block, changes in OVERRIDES.items():
        place = params
        for name in block.split("."):
            place = place[name]
        unknown = changes.keys() - place.keys()
        assert not unknown, f"{block} has no {unknown}"
        place.update(changes)
    return params


def params(**changes: Any) -> Params:
    """The values as typed params; `changes` replace top-level ones."""
    return Params.model_validate(values() | changes)


def write(path: Path, **changes: Any) -> None:
    """Write the values as a params.yaml; `changes` replace top-level ones."""
    path.write_text(yaml.safe_dump(values() | changes, sort_keys=False))
