"""The block `evaluate`."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gan.params.blocks import Block, Count, UserPath

Checkpoint = Annotated[str, Field(pattern=r"^(best|last|step-\d{7})$")]


class Evaluate(Block):
    extractors: Annotated[list[Literal["efficientnet_lite0", "inception_v3", "scattering"]], Field(min_length=1)]
    inception_weights: UserPath | None
    batch_size: Count
    checkpoint: str
    checkpoints: Annotated[list[Checkpoint], Field(min_length=1)]
    reference: Literal["unchosen", "train", "test"]
    kid_subsets: Annotated[int, Field(ge=2)]
    kid_subset_size: Annotated[int, Field(ge=2)]
    fid_resamples: Annotated[int, Field(ge=2)]
    nearest: Count
    inception_splits: Count

    @model_validator(mode="after")
    def _shown_is_scored(self) -> Self:
        if self.checkpoint not in self.checkpoints:
            raise ValueError(f"checkpoint {self.checkpoint} is not one of checkpoints ({', '.join(self.checkpoints)})")
        return self
