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
    """The params that all models' trainings share; the loop reads no others."""

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
    load_size: Annotated[int, Field(ge=16)] | None
    crop_size: Annotated[int, Field(ge=16, multiple_of=4)] | None
    flip: bool
    generator: CycleGANGenerator
    discriminator: CycleGANDiscriminator

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.epochs + self.decay_epochs == 0:
            raise ValueError("epochs and decay_epochs are both 0: nothing to train")
        return self

    def sizes(self, image_size: int) -> tuple[int, int]:
        """`load_size` and `crop_size` for images of a size in pixels.

        Raises:
            ValueError: the crop does not fit them or the networks.
        """
        load = self.load_size or image_size
        crop = self.crop_size or load
        layers = self.discriminator.layers
        if crop > load:
            raise ValueError(f"crop_size {crop} is larger than load_size {load}")
        if crop % 4:
            raise ValueError(f"crop_size is null, and load_size {load} is not divisible by 4; set crop_size")
        if crop > image_size:
            raise ValueError(f"crop_size {crop} is larger than the images, {image_size}: they would be enlarged")
        if crop // 2**layers < 3:
            raise ValueError(f"discriminator.layers {layers} leaves no patch of crop_size {crop}")
        return load, crop
