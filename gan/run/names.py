"""The names of stages that train, `train-<model>`: dvc.yaml and scripts write `-` and `_` for the same name.

And of the variables that tell a process which of several ranks of a training it is, and where all meet, as torchrun
sets them.
"""

TRAIN = "train-"
RANK, COUNT, LOCAL = "RANK", "WORLD_SIZE", "LOCAL_RANK"
LED = "GAN_LED"  # set for a rank that ends with the one that has started it, which is the first
MEET = ("MASTER_ADDR", "MASTER_PORT")


def training_of(model: str) -> str:
    """The stage that trains a model: `train-dcgan` for `dcgan`, `train-my-gan` for `my_gan`."""
    return TRAIN + model.replace("_", "-")


def model_trained_by(stage: str) -> str:
    """The model that a stage `train-<model>` trains, as its package is called: the inverse of `training_of`."""
    return stage.removeprefix(TRAIN).replace("-", "_")
