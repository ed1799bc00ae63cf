"""The blocks `train_dcgan` and `sample.dcgan`."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gan.params.blocks import Block, Count
from gan.params.prepare_data import PrepareData
from gan.params.sampling import Sampling
from gan.params.training import Adversarial, Discriminator, Training
from gan.run.errors import ParamsError

Norm = Literal["batch", "instance", "layer", "none"]


class GeneratorShape(Block):
    z_dim: Count
    latent: Literal["normal", "uniform"]
    width: Count
    upsample: Literal["transposed", "resize"]


class DiscriminatorShape(Discriminator):
    norm: Norm


class Train(Adversarial):
    flip: bool
    batch_size: Annotated[int, Field(ge=2)]  # BatchNorm needs two images
    sync_batch_norm: bool
    architecture: Literal["dcgan", "residual"]
    conditional: bool
    generator: GeneratorShape
    discriminator: DiscriminatorShape

    def refuse_data(self, data: PrepareData) -> None:
        """Check that images have classes if training looks at them.

        Raises:
            ValueError: they have none; the message says which params to change.
        """
        if self.conditional and not data.images.labels:
            raise ValueError(
                "train_dcgan.conditional: true needs the class of each image; set prepare_data.images.labels to true"
            )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.penalties.wanted and self.discriminator.norm == "batch":
            raise ValueError(
                "penalties look at each image's own gradient, and BatchNorm mixes images; set discriminator.norm to "
                "instance, layer or none, or the penalties to 0"
            )
        return self


class Sample(Sampling):
    count: Annotated[int, Field(ge=2)]
    classes: list[str]
    columns: Count
    interpolations: Count

    def refuse_training(self, training: Training) -> None:
        """Check that a model that knows classes is trained if some are asked for.

        Raises:
            ValueError: it knows none; the message says which params to change.
        """
        if self.classes and not (isinstance(training, Train) and training.conditional):
            raise ValueError(
                f"sample.dcgan.classes: {', '.join(self.classes)}, but train_dcgan.conditional is false: the model "
                "knows no classes; set one"
            )

    def refuse_unknown(self, known: list[str], where: str) -> None:
        """Check that all classes that are asked for are among the known ones.

        Raises:
            ParamsError: names those that are not, and the known ones.
        """
        if unknown := [name for name in self.classes if name not in known]:
            raise ParamsError(f"sample.dcgan.classes: no {', '.join(unknown)}; {where} {', '.join(known)}")

    @model_validator(mode="after")
    def _enough_to_walk_between(self) -> Self:
        if 2 * self.interpolations > self.count:
            raise ValueError(
                f"interpolations {self.interpolations} are walks between two latents each; count {self.count} has "
                f"{self.count // 2} such pairs"
            )
        return self
