"""The block `train_cyclegan`."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gan.params.blocks import Block, Count, Natural, Weight
from gan.params.training import Training


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

    def refuse_sizes(self, image_size: int) -> None:
        """See that the sizes fit images of `image_size` pixels.

        Raises:
            ValueError: the crop does not fit them or the networks.
        """
        load = self.load_size or image_size  # as the recipe has it
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
