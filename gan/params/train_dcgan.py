"""The block `train_dcgan`."""

from typing import Annotated, Literal

from pydantic import Field

from gan.params.blocks import Block, Count
from gan.params.training import Training


class DCGANGenerator(Block):
    z_dim: Count
    latent: Literal["normal", "uniform"]
    width: Count


class DCGANDiscriminator(Block):
    width: Count


class TrainDCGAN(Training):
    epochs: Count
    batch_size: Annotated[int, Field(ge=2)]  # BatchNorm needs two
    generator: DCGANGenerator
    discriminator: DCGANDiscriminator
