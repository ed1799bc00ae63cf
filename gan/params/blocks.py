"""The types that all blocks of params.yaml are built from."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gan.run.paths import expanded

Count = Annotated[int, Field(ge=1)]
Natural = Annotated[int, Field(ge=0)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]
Decay = Annotated[float, Field(ge=0, lt=1)]
Betas = Annotated[list[Decay], Field(min_length=2, max_length=2)]
Seconds = Annotated[float, Field(gt=0)]
UserPath = Annotated[str, AfterValidator(expanded)]


class Block(BaseModel):
    """A closed, immutable set of values: no unknown keys, no conversions, no NaN."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
