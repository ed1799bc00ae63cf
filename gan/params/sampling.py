"""The params that all blocks `sample.<model>` have."""

from gan.params.blocks import Block, Count
from gan.params.training import Training


class Sampling(Block):
    """The params that every model's sampling has; `select` reads no others."""

    batch_size: Count

    def refuse_training(self, training: Training) -> None:
        """Check that what is asked for can come from a model that is trained so.

        Raises:
            ValueError: it cannot; the message says which params to change.
        """
