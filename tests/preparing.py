"""Run prepare-data in a test as the stage does, with changes to one block of params, and read its card."""

import json
import shutil
from pathlib import Path
from typing import Any

from gan.core.images import Uint8
from gan.loading.packed import load_images
from gan.params.prepare_data import PrepareData
from gan.run.paths import PACKED
from stages import prepare_data
from tests import official_files, tiny


def block(part: str, mirrors: tuple[str, ...] = (), **changes: Any) -> PrepareData:
    """The params of prepare-data, with changes to the block `part`: images or domains."""
    values = tiny.values()["prepare_data"]
    values[part] |= {"limit": None, "image_size": 32} | changes
    values["work"] |= {"mirrors": list(mirrors)}
    return PrepareData.model_validate(values)


def images(workspace: Path, source: str, mirrors: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    """Run the stage on a source, in the current folder; returns the card of the packed dataset."""
    changes = {"channels": 3, "test_count": 4} | changes
    return _stage("images", workspace, "dcgan", block("images", mirrors, source=source, **changes))


def domains(workspace: Path, source: str, mirrors: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    return _stage("domains", workspace, "cyclegan", block("domains", mirrors, source=source, **changes))


def _stage(kind: str, workspace: Path, model: str, params: PrepareData) -> dict[str, Any]:
    shutil.copy(tiny.ROOT / "dvc.yaml", workspace)
    values = tiny.values()
    values["train_cyclegan"]["lambda_identity"] = 0.0  # so that domains may differ in their channels
    tiny.write(workspace / "params.yaml", **values | {"prepare_data": params.model_dump()})
    prepare_data.main(model, kind, PACKED / kind)
    return card(workspace / PACKED / kind)


def card(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "card.json").read_text())
    return found


def counts(found: dict[str, Any]) -> dict[str, int]:
    return {name: one["count"] for name, one in found["sets"].items()}


def as_set(whole: Uint8) -> set[bytes]:
    return {image.tobytes() for image in whole}


def of(workspace: Path, name: str) -> Uint8:
    return load_images(workspace / PACKED / "images", name)[:]


def paper_set(names: dict[str, list[str]]) -> bytes:
    """A zip like those of CycleGAN's authors: one folder that holds the four sets as folders."""
    files = {}
    for split, files_of_it in names.items():
        for index, name in enumerate(files_of_it):
            files[f"set/{split}/{name}"] = official_files.jpeg(index, (40, 40))
    return official_files.zipped(files)


def of_four(count: int) -> dict[str, list[str]]:
    return {
        f"{split}{domain}": [f"{index}_{domain}.jpg" for index in range(count)]
        for split in ("train", "test")
        for domain in "AB"
    }
