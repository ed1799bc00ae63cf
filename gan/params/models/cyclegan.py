"""The blocks `train_cyclegan` and `sample.cyclegan`."""

from math import gcd
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gan.params.blocks import Block, Count, Natural, Share, Weight
from gan.params.prepare_data import PrepareData
from gan.params.sampling import Sampling
from gan.params.training import Adversarial, Discriminator

WIDEST = 3  # pixels of a U-Net's smallest feature map


def largest_power_of_two(*numbers: int) -> int:
    """The largest power of 2 that divides all these numbers."""
    common = gcd(*numbers)
    return common & -common


class GeneratorShape(Block):
    architecture: Literal["residual", "unet"]
    width: Count
    blocks: Natural
    gated: bool
    downsample_padding: Literal["reflect", "zeros"]
    upsample: Literal["resize", "transposed"]
    norm: Literal["layer", "instance"]
    skips: bool
    output: Literal["linear", "tanh"]
    standardise: bool

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.architecture == "unet" and self.gated:
            raise ValueError("gated is true, but architecture is unet: a U-Net has no residual blocks to change")
        if self.architecture == "unet" and not self.skips:
            raise ValueError("skips is false, but architecture is unet: a U-Net is made of them; set skips: true")
        if self.gated and not self.blocks:
            raise ValueError("gated is true, but blocks is 0: there is no residual block to change")
        return self


class DiscriminatorShape(Discriminator):
    norm: Literal["instance", "none"]
    layers: Annotated[int, Field(ge=1, le=5)]
    scales: Annotated[int, Field(ge=1, le=3)]


class Train(Adversarial):
    lr_factor: Annotated[float, Field(gt=0)]
    lambda_cycle: Weight
    lambda_identity: Weight
    identity_fade: Share
    pool_size: Natural
    load_size: Annotated[int, Field(ge=16)] | None
    crop_size: Annotated[int, Field(ge=16, multiple_of=4)] | None
    flip: bool
    generator: GeneratorShape
    discriminator: DiscriminatorShape

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.lambda_identity > 0 and self.lambda_cycle == 0:
            raise ValueError(
                f"lambda_identity {self.lambda_identity} is relative to lambda_cycle, which is 0.0; set it to 0.0 too"
            )
        if self.identity_fade > 0 and self.lambda_identity == 0:
            raise ValueError(
                f"identity_fade {self.identity_fade} fades the identity loss, but lambda_identity is 0.0; set one"
            )
        return self

    def refuse_data(self, data: PrepareData) -> None:
        image_size, channels = data.domains.image_size, data.domains.channels
        if wrong := self._wrong_size(image_size):
            raise ValueError(f"train_cyclegan: {wrong} (prepare_data.domains.image_size is {image_size})")
        if channels.a != channels.b and self.lambda_identity > 0:
            raise ValueError(
                f"prepare_data.domains.channels a: {channels.a}, b: {channels.b}: an image of one domain cannot pass "
                "through the generator to it unchanged; set train_cyclegan.lambda_identity: 0.0 "
                f"(it is {self.lambda_identity})"
            )

    def _wrong_size(self, image_size: int) -> str:
        """Why the crop does not fit the images or the networks; empty if it does."""
        load = self.load_size or image_size  # the same defaults as in the recipe
        crop = self.crop_size or load
        layers, scales = self.discriminator.layers, self.discriminator.scales
        smallest = -(-crop // 2 ** (scales - 1))  # what the last discriminator sees
        if crop > load:
            return f"crop_size {crop} is larger than load_size {load}"
        if crop % 4:
            return f"crop_size is null, and load_size {load} is not divisible by 4; set crop_size"
        if crop > image_size:
            return f"crop_size {crop} is larger than the images, {image_size}: they would be enlarged"
        if smallest // 2**layers < 3:
            fewer = f" at {smallest} pixels; lower one of them, or discriminator.scales {scales}" if scales > 1 else ""
            return f"discriminator.layers {layers} leaves no patch of crop_size {crop}{fewer}"
        deepest = crop // largest_power_of_two(crop, image_size)
        if self.generator.architecture == "unet" and deepest > WIDEST:
            return (
                f"a U-Net can halve crop_size {crop} only to {deepest} pixels, so none of its layers sees the whole "
                "image; choose sizes such as 64, 96 or 128"
            )
        return ""


class Sample(Sampling):
    columns: Count
