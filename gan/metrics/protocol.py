"""How a score was measured, in columns beside it: scores of different protocols must not be compared."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

from gan.features.features import RESIZING, Extractor
from gan.features.reference import read_reference_card
from gan.metrics.comparisons import Comparison
from gan.records.dataset import read_dataset_card
from gan.run.paths import REFERENCE

LIBRARIES = ("torch", "onnxruntime", "clean-fid", "pillow", "scipy")
SHORT = 12  # digits of a hash that are shown


def protocol(
    model: str, one: Comparison, made: dict[str, dict[str, Any]], data: Path, extractor: Extractor
) -> dict[str, Any]:
    """The values of COLUMNS for one comparison; hashes are SHA-256, of weights or of the shape and pixels of images.

    `images_sha256` is the hash of the inputs of the scored images (CycleGAN's test set); in rows of real images, of
    these images. `dtype` is the precision in which images were generated. `reference_dtype` and `images_dtype` are the
    precision of the extractor for the reference and for the compared images.

    Args:
        made: checkpoint → how its images were made.
    """
    hashes, how = read_dataset_card(data)["sha256"], made.get(one.checkpoint, {})
    behind = one.inputs if one.compared.startswith("fake/") else one.compared
    return {
        "extractor_sha256": extractor.sha256[:SHORT],
        "resizing": RESIZING,
        "reference_sha256": hashes.get(_set(one.real), "")[:SHORT],
        "images_sha256": hashes.get(_set(behind), "")[:SHORT],
        **{name: how.get(name) for name in ("step", "ema_decay", "batch_norm", "seed", "dtype")},
        "reference_dtype": read_reference_card(REFERENCE / model / extractor.name)["precision"],
        "images_dtype": extractor.precision,
        "n_features": extractor.width,
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    }


def _set(name: str | None) -> str:
    """The packed set of a name such as `real/testA`."""
    return (name or "").removeprefix("real/")
