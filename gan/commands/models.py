"""The models of this project: the training stages of its dvc.yaml."""

from gan.run.errors import GanError
from gan.run.fingerprint import stages
from gan.run.paths import PIPELINE

TRAIN = "train-"


def refuse_unknown(model: str) -> None:
    """Check that dvc.yaml has a stage that trains the model.

    Raises:
        GanError: it has none; the message names the models that it trains.
    """
    models = [name.removeprefix(TRAIN) for name in stages() if name.startswith(TRAIN)]
    if model not in models:
        raise GanError(f"{model} is no model: {PIPELINE} trains {', '.join(models)}")
