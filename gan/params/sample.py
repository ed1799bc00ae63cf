"""The block `sample`."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from gan.params.blocks import Block, Count


class SampleDCGAN(Block):
    count: Annotated[int, Field(ge=2)]
    batch_size: Count
    columns: Count
    interpolations: Count

    @model_validator(mode="after")
    def _enough_to_walk_between(self) -> Self:
        if 2 * self.interpolations > self.count:
            raise ValueError(
                f"interpolations {self.interpolations} are walks between two latents each; count {self.count} has "
                f"{self.count // 2} such pairs"
            )
        return self


class SampleCycleGAN(Block):
    batch_size: Count
    columns: Count


class Sample(Block):
    dcgan: SampleDCGAN
    cyclegan: SampleCycleGAN
