"""The extractors that `evaluate.extractors` can name."""

from gan.core.params import Evaluate
from gan.core.runtime import Runtime
from gan.metrics.efficientnet_lite0 import EfficientNetLite0
from gan.metrics.features import Extractor
from gan.metrics.inception_v3 import InceptionV3


def build(name: str, params: Evaluate, runtime: Runtime) -> Extractor:
    """The extractor of that name, ready to run."""
    match name:
        case "efficientnet_lite0":
            return EfficientNetLite0(runtime)
        case "inception_v3":
            return InceptionV3(runtime, params.inception_weights)
    raise AssertionError(f"params.py allows the extractor {name}, this file does not know it")
