"""The extractors that `evaluate.extractors` can name."""

import copyreg
from dataclasses import replace
from pathlib import Path

from gan.core.runtime import Runtime
from gan.features.efficientnet_lite0 import EfficientNetLite0
from gan.features.features import Extractor
from gan.features.inception_v3 import InceptionV3
from gan.features.reference import read_reference_card
from gan.features.scattering import Scattering
from gan.params.evaluate import Evaluate
from gan.run.errors import DataError

# Another process, with which this one shares images, builds its own. Not in the file of an extractor, as that of
# `scattering` is part of what its features are.
copyreg.pickle(EfficientNetLite0, lambda one: (EfficientNetLite0, (one.runtime,)))
copyreg.pickle(InceptionV3, lambda one: (InceptionV3, (one.runtime, one.weights)))
copyreg.pickle(Scattering, lambda one: (Scattering, (one.runtime,)))


def build(name: str, params: Evaluate, runtime: Runtime) -> Extractor:
    """The extractor of that name, with its weights loaded; on a CPU in fp32, the fastest there by ONNX Runtime.

    Raises:
        DataError: the weights of `inception_v3` are missing, and cannot be downloaded.
    """
    return _build(name, params, replace(runtime, precision="fp32") if runtime.device.type == "cpu" else runtime)


def _build(name: str, params: Evaluate, runtime: Runtime) -> Extractor:
    match name:
        case "efficientnet_lite0":
            return EfficientNetLite0(runtime)
        case "inception_v3":
            return InceptionV3(runtime, params.inception_weights)
        case "scattering":
            return Scattering(runtime)
    raise AssertionError(f"gan/params/evaluate.py allows the extractor {name}, this file does not know it")


def build_as(reference: Path, params: Evaluate, runtime: Runtime) -> Extractor:
    """The extractor that computed the features in a folder of the stage `reference`, in the same precision.

    A GPU may have computed them in bf16, and features of two precisions must not be compared.

    Raises:
        DataError: the weights here differ from those that computed the features, or one of the two is missing.
    """
    card = read_reference_card(reference)
    extractor = _build(reference.name, params, replace(runtime, precision=card["precision"]))
    if extractor.sha256 != card["extractor_sha256"]:
        raise DataError(
            f"{reference}: the features of real images were computed by other weights of {extractor.name} than "
            f"those here; `dvc repro -sf reference@{reference.parent.name}` computes them again"
        )
    return extractor
