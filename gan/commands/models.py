"""The models of this project: the training stages of its dvc.yaml."""

from gan.run.errors import GanError
from gan.run.fingerprint import stages
from gan.run.paths import PIPELINE

TRAIN = "train-"


def refuse_unknown(model: str) -> None:
    """See that dvc.yaml has a stage that trains the model.

    Raises:
        GanError: it has none; names the models that there are.
    """
    models = [name.removeprefix(TRAIN) for name in stages() if name.startswith(TRAIN)]
    if model not in models:
        raise GanError(f"{model} is no model: {PIPELINE} trains {', '.join(models)}")
