"""The params that all blocks `train_<model>` have."""

from typing import Annotated, Literal

from pydantic import Field

from gan.params.blocks import Betas, Block, Count, Decay, Share
from gan.params.prepare_data import PrepareData


class Snapshots(Block):
    count: Count
    precision: Literal["fp32", "fp16"]


class Watch(Block):
    every_steps: Count
    least_diversity: Share
    most_accuracy: Share
    least_spread: Share
    stop: bool


class Training(Block):
    """The params that every model's training has; the loop reads no others."""

    batch_size: Count
    betas: Betas
    ema_decay: Decay
    log_every: Count
    preview_every_epochs: Annotated[float, Field(gt=0)]
    snapshots: Snapshots
    watch: Watch

    def refuse_data(self, data: PrepareData) -> None:
        """Check that the model can be trained on this data.

        Raises:
            ValueError: it cannot; the message says which params to change.
        """
