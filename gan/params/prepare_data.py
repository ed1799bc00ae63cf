"""The block `prepare_data`."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from gan.params.blocks import Block, Count, Natural, Share, UserPath


class Source(Block):
    """Where images come from, and how each of them is converted."""

    source: str
    folder: UserPath | None
    image_size: int
    bits: Annotated[int, Field(ge=1, le=16)] | None
    resample: Literal["bicubic", "lanczos", "box"]
    fit: Literal["crop", "squeeze"]
    limit: Annotated[int, Field(ge=4)] | None
    test_count: Annotated[int, Field(ge=2)]
    max_rejected: Share

    @model_validator(mode="after")
    def _folder_given(self) -> Self:
        if self.source == "folder" and not self.folder:
            raise ValueError("source: folder needs the path of a folder, zip or tar in `folder`")
        return self


def _ascending(degrees: list[float]) -> list[float]:
    if degrees[0] >= degrees[1]:
        raise ValueError("the first must be less than the second; a range across 180° is two")
    return degrees


Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitudes = Annotated[list[Latitude], Field(min_length=2, max_length=2), AfterValidator(_ascending)]
Longitudes = Annotated[list[Longitude], Field(min_length=2, max_length=2), AfterValidator(_ascending)]


class Earth(Block):
    map_width: Annotated[int, Field(ge=256, le=5400)]
    train_count: Count
    test_count: Annotated[int, Field(ge=2)]
    least_land: Share
    latitudes: Latitudes
    test_longitudes: Annotated[list[Longitudes], Field(min_length=1)]


class ImageSource(Source):
    source: Literal[
        "mnist5k",
        "mnist",
        "fashion_mnist",
        "kmnist",
        "svhn",
        "stl10",
        "cifar10",
        "celeba",
        "lsun",
        "imagenet",
        "satellite",
        "folder",
    ]
    classes: list[str]
    labels: bool
    image_size: Literal[32, 64, 128, 256]
    channels: Literal[1, 3]
    earth: Earth

    @model_validator(mode="after")
    def _of_classes(self) -> Self:
        if self.classes and self.source == "satellite":
            raise ValueError(f"classes {', '.join(self.classes)}: satellite has none; set classes to []")
        if self.labels and self.source in ("celeba", "satellite"):
            raise ValueError(
                f"labels: true needs classes, and {self.source} has none; set labels: false, or another source"
            )
        if self.labels and self.source == "stl10" and (not self.classes or "unlabeled" in self.classes):
            raise ValueError(
                "labels: true needs classes, and stl10 has unlabeled images too; name the other classes in `classes`"
            )
        return self


class Channels(Block):
    a: Literal[1, 3]
    b: Literal[1, 3]


class DomainSource(Source):
    source: Literal[
        "satellite_topography",
        "satellite_relief",
        "apple2orange",
        "cezanne2photo",
        "cityscapes",
        "facades",
        "horse2zebra",
        "iphone2dslr_flower",
        "maps",
        "monet2photo",
        "summer2winter_yosemite",
        "ukiyoe2photo",
        "vangogh2photo",
        "folder",
    ]
    aligned: bool
    image_size: Annotated[int, Field(ge=16, multiple_of=4)]
    channels: Channels
    earth: Earth


class Workers(Block):
    """Settings that change how fast data is prepared, but not the result."""

    downloads: Annotated[UserPath, Field(min_length=1)]
    mirrors: list[str]
    threads: Natural


class PrepareData(Block):
    split_seed: Natural
    min_side: Count
    max_megapixels: Annotated[float, Field(gt=0)]
    shard_megabytes: Count
    work: Workers
    images: ImageSource
    domains: DomainSource
