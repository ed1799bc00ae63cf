"""The blocks `train_dcgan` and `train_cyclegan` of params.yaml."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gan.core.blocks import Betas, Block, Count, Decay, Natural, Share, Weight


class DCGANGenerator(Block):
    z_dim: Count
    latent: Literal["normal", "uniform"]
    width: Count


class DCGANDiscriminator(Block):
    width: Count


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
    """What both models' training has in common; the loop reads nothing else."""

    batch_size: Count
    betas: Betas
    ema_decay: Decay
    log_every: Count
    preview_every_epochs: Annotated[float, Field(gt=0)]
    snapshots: Snapshots
    watch: Watch


class TrainDCGAN(Training):
    epochs: Count
    batch_size: Annotated[int, Field(ge=2)]  # BatchNorm needs two
    generator: DCGANGenerator
    discriminator: DCGANDiscriminator


class CycleGANGenerator(Block):
    width: Count
    blocks: Natural
    downsample_padding: Literal["reflect", "zeros"]
    upsample: Literal["resize", "transposed"]
    norm: Literal["layer", "instance"]
    skips: bool
    output: Literal["linear", "tanh"]
    standardise: bool


class CycleGANDiscriminator(Block):
    width: Count
    layers: Annotated[int, Field(ge=1, le=5)]


class TrainCycleGAN(Training):
    lr_factor: Annotated[float, Field(gt=0)]
    epochs: Natural
    decay_epochs: Natural
    lambda_cycle: Weight
    lambda_identity: Weight
    pool_size: Natural
    load_size: Annotated[int, Field(ge=16)]
    crop_size: Annotated[int, Field(ge=16, multiple_of=4)]
    flip: bool
    generator: CycleGANGenerator
    discriminator: CycleGANDiscriminator

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.crop_size > self.load_size:
            raise ValueError(f"crop_size {self.crop_size} is larger than load_size {self.load_size}")
        if self.epochs + self.decay_epochs == 0:
            raise ValueError("epochs and decay_epochs are both 0: nothing to train")
        layers = self.discriminator.layers
        if self.crop_size // 2**layers < 3:
            raise ValueError(f"discriminator.layers {layers} leaves no patch of crop_size {self.crop_size}")
        return self
