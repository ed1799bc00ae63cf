"""The block `select`."""

from typing import Annotated, Literal

from pydantic import Field

from gan.params.blocks import Block


class SelectModel(Block):
    images: Annotated[int, Field(ge=2)]


class Select(Block):
    best_by: Literal["fid", "kid"]
    dcgan: SelectModel
    cyclegan: SelectModel
