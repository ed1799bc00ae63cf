"""The params that all blocks `sample.<model>` have."""

from gan.params.blocks import Block, Count


class Sampling(Block):
    """The params that every model's sampling has; `select` reads no others."""

    batch_size: Count
