"""params.yaml, typed and closed: one class per block, no default anywhere, unknown keys refused.

This file holds the type and the bounds of each field; params.yaml holds its value and explains it.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from gan.core.blocks import Block, Count, Natural, Seconds, UserPath
from gan.core.data_params import PrepareData
from gan.core.errors import ParamsError
from gan.core.paths import PARAMS
from gan.core.train_params import TrainCycleGAN, TrainDCGAN
from gan.core.yaml12 import read_file


class SelectModel(Block):
    images: Annotated[int, Field(ge=2)]


class Select(Block):
    best_by: Literal["fid", "kid"]
    dcgan: SelectModel
    cyclegan: SelectModel


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


Checkpoint = Annotated[str, Field(pattern=r"^(best|last|step-\d{7})$")]


class Evaluate(Block):
    extractors: Annotated[list[Literal["efficientnet_lite0", "inception_v3"]], Field(min_length=1)]
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
            raise ValueError(f"checkpoint {self.checkpoint} is none of checkpoints ({', '.join(self.checkpoints)})")
        return self


class Params(Block):
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    lr: Annotated[float, Field(gt=0, le=1)]
    accelerator: Literal["auto", "cpu", "cuda"]
    devices: Literal[1]
    precision: Literal["auto", "fp32", "bf16"]
    determinism: Literal["exact", "fast"]
    save_every_seconds: Seconds
    keep_states: Natural
    prepare_data: PrepareData
    train_dcgan: TrainDCGAN
    train_cyclegan: TrainCycleGAN
    select: Select
    sample: Sample
    evaluate: Evaluate

    @model_validator(mode="after")
    def _sizes_fit(self) -> Self:
        image_size = self.prepare_data.domains.image_size
        try:
            self.train_cyclegan.sizes(image_size)
        except ValueError as error:
            raise ValueError(f"train_cyclegan: {error} (prepare_data.domains.image_size is {image_size})") from error
        return self

    @model_validator(mode="after")
    def _identity_possible(self) -> Self:
        channels, weight = self.prepare_data.domains.channels, self.train_cyclegan.lambda_identity
        if channels.a != channels.b and weight > 0:
            raise ValueError(
                f"prepare_data.domains.channels a: {channels.a}, b: {channels.b}: an image of one domain cannot pass "
                f"through the generator to it unchanged; set train_cyclegan.lambda_identity: 0.0 (it is {weight})"
            )
        return self


def load(path: Path = PARAMS) -> Params:
    """Read and check the whole file, so that a mistake in any block stops a run before its first stage.

    Raises:
        ParamsError: the file is missing, is not valid YAML, or a key or value is not allowed. It lists all mistakes.
    """
    try:
        return Params.model_validate(read_file(path))
    except ValidationError as error:
        raise ParamsError("; ".join(_sentence(path, detail) for detail in error.errors())) from error


def _sentence(path: Path, detail: Any) -> str:
    key = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "missing":
        return f"{path}: {key} is missing"
    if detail["type"] == "extra_forbidden":
        return f"{path}: {key} is unknown; check its spelling"
    reason = detail["msg"].removeprefix("Value error, ")
    value = detail["input"]
    quoted = "" if isinstance(value, dict | BaseModel) else f" = {value!r}"
    return f"{path}: {key}{quoted}: {reason[0].lower()}{reason[1:]}" if key else f"{path}: {reason}"
